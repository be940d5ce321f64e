"""What a user wants to be gone, as it is typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from torch_starter.core.cached import Part
from torch_starter.core.problems import WrongUsage

TIMES = {"min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(?:(min)(?:ute)?s?|(h)(?:our)?s?|(d)(?:ay)?s?|(w)(?:eek)?s?)", re.IGNORECASE)
SIZES = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)


@dataclass(frozen=True)
class Wishes:
    """`older_than`: only what was not used for so many seconds. `keep`: no more than is needed until at most so many bytes
    are left. `only`: names of caches, or of their parts, such as uv/torch. Without any, all that can be had again.
    """

    older_than: float = 0.0
    keep: int | None = None
    only: tuple[str, ...] = ()

    def names(self, part: Part) -> bool:
        """Whether it is named, or its cache is."""
        return part.cache in self.only or f"{part.cache}/{part.name}" in self.only

    def asks(self, part: Part) -> bool:
        """Whether it is one of those that are asked for."""
        return not self.only or self.names(part)


def wishes(older_than: str | None, keep: str | None, only: Sequence[str]) -> Wishes:
    """By the words of the command line; raises WrongUsage."""
    return Wishes(seconds(older_than) if older_than is not None else 0.0, size(keep) if keep is not None else None, tuple(only))


def seconds(text: str) -> float:
    """A time such as 7d; raises WrongUsage."""
    found = TIME.fullmatch(text.strip())
    if not found:
        raise WrongUsage("clean.older-than", f"{text!r} is no time", "give one such as --older-than 7d, 12h, 30min or 2w")
    unit = next(letter for letter in found.groups()[1:] if letter)
    return float(found[1]) * TIMES[unit.lower()]


def size(text: str) -> int:
    """Bytes of a size such as 20GB, in steps of 1000 as the tables have them, or of 1024 with an i; raises WrongUsage."""
    found = SIZE.fullmatch(text.strip())
    if not found:
        raise WrongUsage("clean.keep", f"{text!r} is no size", "give one such as --keep 20GB or 500MB")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** SIZES[found[2].lower()])
