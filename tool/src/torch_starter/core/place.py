"""Places in files."""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True):
    """Where a finding points to: a file and, where there is one, a line."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"
