"""What known failures leave behind in a traceback or a log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

import msgspec

FILE = Path(__file__).with_suffix(".toml")


class Signature(msgspec.Struct, frozen=True, dict=True):
    """One known failure: how its text is known, what it means, the checks that look for its cause, and what usually mends it."""

    name: str
    pattern: str
    says: str
    checks: tuple[str, ...]
    mend: str
    source: str

    @cached_property
    def expression(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.MULTILINE | re.IGNORECASE)


class Match(msgspec.Struct, frozen=True):
    """A signature, and the number (from 1) and the text of the line where it was found."""

    signature: Signature
    line: int
    text: str


class _Table(msgspec.Struct, frozen=True):
    signature: tuple[Signature, ...]


@cache
def signatures() -> tuple[Signature, ...]:
    """All of signatures.toml, read once."""
    return msgspec.toml.decode(FILE.read_bytes(), type=_Table).signature


def matches(text: str) -> Iterator[Match]:
    """The signatures that are in a text, each where it is last seen: the last error of a log is the one that ended it."""
    for signature in signatures():
        places = [found.start() for found in signature.expression.finditer(text)]
        if places:
            start = text.rfind("\n", 0, places[-1]) + 1
            line = text[start:].split("\n", 1)[0]
            yield Match(signature, text.count("\n", 0, start) + 1, line.strip())
