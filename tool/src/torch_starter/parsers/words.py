"""Words of a Dockerfile's instruction and of a shell: apart at white space, where no quote holds them together."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple


class Word(NamedTuple):
    """A word as it is written, and where it begins in the text."""

    raw: str
    offset: int


@cache
def pattern(escape: str) -> re.Pattern[str]:
    """A word, where `escape` is the sign that takes the meaning from the next one."""
    sign = re.escape(escape)
    return re.compile(rf"(?:{sign}.|'[^']*'?|\"(?:{sign}.|[^\"{sign}])*\"?|[^\s'\"{sign}]|{sign})+", re.DOTALL)


@cache
def quoted(escape: str) -> re.Pattern[str]:
    """What is quoted in a word: by ' (1), by \" (2), by the sign before it (3)."""
    sign = re.escape(escape)
    return re.compile(rf"'([^']*)'?|\"((?:{sign}.|[^\"{sign}])*)\"?|{sign}(.)", re.DOTALL)


def words(text: str, escape: str = "\\") -> list[Word]:
    """The words of a text, with their quotes. A quote that never ends goes to the end of the text."""
    return [Word(found[0], found.start()) for found in pattern(escape).finditer(text)]


def unquoted(raw: str, escape: str = "\\") -> str:
    """A word without its quotes; the end of a line that is escaped is nothing."""

    def inner(found: re.Match[str]) -> str:
        single, double, single_sign = found.groups()
        if single is not None:
            return single
        if double is not None:
            return re.sub(rf"{re.escape(escape)}([\"$`\n{re.escape(escape)}])", lambda each: each[1].strip("\n"), double)
        return single_sign.strip("\n")

    return quoted(escape).sub(inner, raw)
