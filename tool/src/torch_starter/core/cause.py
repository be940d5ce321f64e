"""What explains failures elsewhere, so that one cause gives one red line."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from torch_starter.core.probing import Answer


@dataclass(frozen=True)
class Cause:
    """A reason for failures that one finding tells: its `id`.

    A failing probe is explained where it needs one of the `packages`, itself or through what depends on them, or where
    `sign`, a regular expression, is found in its traceback or in what it printed, or where `signal` ended its process.
    """

    id: str
    packages: frozenset[str] = frozenset()
    sign: str = ""
    signal: int = 0

    def explains(self, answer: Answer, needs: Set[str]) -> bool:
        """Whether this is why a probe that needs the given packages failed."""
        if self.packages & needs or (self.signal and self.signal == answer.signal):
            return True
        return bool(self.sign) and re.search(self.sign, answer.traceback + answer.err) is not None
