"""The kinds of secrets that the field uses, and where they are in a text. One table for what masks and for what searches."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect, insort
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

import msgspec

from torch_starter.core.placeholders import is_chosen, is_placeholder, is_shown

FILE = Path(__file__).with_suffix(".toml")
AROUND = 200  # characters before and behind a secret in which a word that it needs must stand
LINES = 2  # and lines


class Kind(msgspec.Struct, frozen=True, dict=True):
    """One kind of secrets: how it is known, and where it is changed. See tokens.toml."""

    name: str
    title: str
    pattern: str
    hints: tuple[str, ...]
    change: str
    near: tuple[str, ...] = ()
    begins: str = ""
    files: str = ""
    weak: bool = False

    @cached_property
    def expression(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)


class Hit(msgspec.Struct, frozen=True):
    """A secret in a text: its kind, and the characters from `start` up to `end`. It never holds the secret itself.

    `digest` tells it from others. Of a weak one it must not be shown: it could be guessed from that.
    """

    kind: Kind
    start: int
    end: int
    digest: str

    @property
    def length(self) -> int:
        return self.end - self.start


class _Table(msgspec.Struct, frozen=True):
    kind: tuple[Kind, ...]
    examples: tuple[str, ...]


@cache
def table() -> _Table:
    """All of tokens.toml, read once."""
    return msgspec.toml.decode(FILE.read_bytes(), type=_Table)


def kinds() -> tuple[Kind, ...]:
    """All kinds, the most particular first."""
    return table().kind


@cache
def beginnings() -> re.Pattern[str]:
    """How tokens begin that are known by that alone, with 12 characters more that are no name of a function: hf_hub_download."""
    words = "|".join(dict.fromkeys(kind.begins for kind in kinds() if kind.begins))
    return re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?=[a-z_-]*[A-Z0-9]|[a-z]{{13}})[A-Za-z0-9_-]{{12,}}", re.ASCII)


@cache
def hints() -> frozenset[str]:
    """Those of all kinds: several have the same, and each is looked for once in a text."""
    return frozenset(hint for kind in kinds() for hint in kind.hints)


def hits(text: str, name: str = "") -> Iterator[Hit]:
    """The secrets in a text, each once, without placeholders and documented examples. `name`: that of the file, where known."""
    lowered, taken = text.lower(), list[tuple[int, int]]()
    there = {hint for hint in hints() if hint in lowered}
    for kind in kinds():
        if there.isdisjoint(kind.hints) or (name and kind.files and not re.fullmatch(kind.files, name)):
            continue
        for found in kind.expression.finditer(text):
            group = "secret" if "secret" in kind.expression.groupindex else 0
            start, end = found.span(group)
            if not overlaps(taken, start, end) and holds(kind, found, start, end):
                insort(taken, (start, end))
                yield Hit(kind, start, end, digest(found[group]))


def overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a place shares characters with one of these, which are in order and share none: the neighbours alone can."""
    at = bisect(taken, (start, end))
    return any(start < last and first < end for first, last in taken[max(at - 1, 0) : at + 1])


def holds(kind: Kind, found: re.Match[str], start: int, end: int) -> bool:
    """Whether what looks like a secret is one: by what it is made of, and by the words around it."""
    secret = found.string[start:end]
    if any(secret.startswith(example) or example in found[0] for example in table().examples):
        return False
    if kind.name == "private-key":
        return not is_placeholder(re.sub(r"\s|\\n", "", secret))
    if kind.name == "password":
        return is_chosen(secret, found["name"])
    if kind.weak:
        return not is_shown(secret, found["host"])
    if kind.near and not stands_near(kind, found.string, start, end):
        return False
    return not is_placeholder(secret)


def stands_near(kind: Kind, text: str, start: int, end: int) -> bool:
    """Whether a word that the kind needs is beside a place."""
    beside = around(text, start, end).lower()
    return any(word in beside for word in kind.near)


def around(text: str, start: int, end: int) -> str:
    """The line of a place with those beside it, as far as they are near."""
    before, behind = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return "\n".join(before.split("\n")[-1 - LINES :]) + "\n".join(behind.split("\n")[: 1 + LINES])


def digest(secret: str) -> str:
    """What tells one secret from another without telling it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:16]
