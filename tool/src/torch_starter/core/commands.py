"""Simple commands, as container files have them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from torch_starter.core.report import Place


@dataclass(frozen=True)
class Command:
    """One simple command of a shell: its words without quotes, and whether another reads what it prints."""

    words: tuple[str, ...]
    place: Place
    piped: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def program(self) -> str:
        """What is started, without its folder."""
        return posixpath.basename(self.words[0]) if self.words else ""

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def values(self, options: str) -> list[str]:
        """The values of options whose names match an expression, written as --name=value or as two words."""
        found: list[str] = []
        for number, word in enumerate(self.words):
            name, equals, value = word.partition("=")
            if re.fullmatch(options, name):
                found.append(value if equals else "".join(self.words[number + 1 : number + 2]))
        return found
