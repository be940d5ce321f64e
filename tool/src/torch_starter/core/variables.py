"""Environment variables that matter here: how each is read, and what a wrong value does. The data is in variables.toml."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from torch_starter.core.allocator import problem as allocator_problem
from torch_starter.core.report import Verdict

FILE = Path(__file__).with_suffix(".toml")
QUOTES = "\"'"
VISIBLE = r"(\d+|GPU-[0-9a-fA-F-]+|MIG-[0-9a-zA-Z/-]+)"  # a GPU, as the driver reads CUDA_VISIBLE_DEVICES
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")  # always set together

Kind = Literal["integer", "number", "word", "words", "pattern", "path", "bare-path", "allocator", "text"]


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Variables that are read alike; the keys are told in variables.toml."""

    names: tuple[str, ...]
    kind: Kind
    source: str
    wrong: str = ""
    verdict: Verdict = "fail"
    words: str | tuple[str, ...] = ()
    exact: bool = False
    least: int = -(2**63)
    most: int = 2**63
    like: str = ""
    such: str = ""
    notable: tuple[str, ...] = ()
    says: str = ""
    slow: bool = False
    breaks: tuple[str, ...] = ()
    needs: str = ""

    def is_notable(self, value: str) -> bool:
        """Whether a right value is worth a word."""
        return value in self.notable or "*" in self.notable


class Elsewhere(msgspec.Struct, frozen=True):
    """Names whose values are not judged here: of variables that something reads, and of those that others merely set."""

    names: tuple[str, ...]
    bystanders: tuple[str, ...]


class Families(msgspec.Struct, frozen=True):
    """The first words of names that are judged."""

    scanned: frozenset[str]
    others: frozenset[str]


class Table(msgspec.Struct, frozen=True):
    """All of variables.toml."""

    sets: dict[str, tuple[str, ...]]
    families: Families
    group: tuple[Group, ...]
    elsewhere: Elsewhere

    @property
    def read(self) -> frozenset[str]:
        """The names that something reads."""
        return frozenset(judged()) | frozenset(self.elsewhere.names)

    @property
    def names(self) -> frozenset[str]:
        """Every name in it."""
        return self.read | frozenset(self.elsewhere.bystanders)


@cache
def table() -> Table:
    """The data, read once."""
    return msgspec.toml.decode(FILE.read_bytes(), type=Table)


@cache
def judged() -> dict[str, Group]:
    """The variables whose values are judged here, by name."""
    return {name: group for group in table().group for name in group.names}


def wanted(group: Group, value: str) -> str:
    """What a wrong value should be, in words; empty where it is right. An empty value is read as none."""
    if not value or group.kind == "text":
        return ""
    if len(value) > 1 and value[0] == value[-1] and value[0] in QUOTES:
        return "the value without quotes: they are a part of it"
    if group.kind in ("integer", "number"):
        return number_wanted(group, value)
    if group.kind == "pattern":
        return "" if re.fullmatch(group.like, value) else f"such as {group.such}"
    if group.kind in ("word", "words"):
        return word_wanted(group, value)
    if group.kind == "allocator":
        return allocator_problem(value)
    if group.kind == "bare-path" and (value.startswith("~") or "$" in value):
        return "a whole path: ~ and $ are not expanded in it"
    return ""


def number_wanted(group: Group, value: str) -> str:
    """Where a value is no number, or none in its bounds: what is."""
    whole = group.kind == "integer"
    shape = r"\s*[+-]?\d{1,18}\s*" if whole else r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*"
    if re.fullmatch(shape, value, re.ASCII) and group.least <= float(value) <= group.most:
        return ""
    upper = f" to {group.most}" if group.most < 2**63 else ""
    return f"a {'whole ' if whole else ''}number from {group.least}{upper}"


def word_wanted(group: Group, value: str) -> str:
    """Where a value is none of the words that are read: the words."""
    words = table().sets[group.words] if isinstance(group.words, str) else group.words
    known = set(words) if group.exact else {word.lower() for word in words}
    given = [part.strip() for part in value.split(",")] if group.kind == "words" else [value]
    wrong = [word for word in given if (word if group.exact else word.lower()) not in known]
    return f"{'some' if group.kind == 'words' else 'one'} of {', '.join(words)}" if wrong else ""


def names_gpus(value: str) -> bool:
    """Whether a value of CUDA_VISIBLE_DEVICES is a list of GPUs: numbers, or identifiers."""
    return re.fullmatch(rf"\s*{VISIBLE}(\s*,\s*{VISIBLE})*\s*", value) is not None
