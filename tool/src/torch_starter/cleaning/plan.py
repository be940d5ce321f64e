"""What goes and what stays, and why: a pure function of what is there and what is wished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch_starter.cleaning.wishes import Wishes
from torch_starter.core.cached import Part

Key = tuple[str, str]  # a cache and a part of it
ENOUGH = "enough goes without it"
YOUNG = "it was used since"


@dataclass(frozen=True)
class Fate:
    """Whether a part goes, and if not why. `used`: it stays because somebody uses it."""

    part: Part
    goes: bool
    why: str = ""
    used: bool = False


def key(part: Part) -> Key:
    return part.cache, part.name


def plan(parts: Sequence[Part], wishes: Wishes, used: Mapping[Key, str], now: float) -> list[Fate]:
    """The fate of each part that is asked for, in their order. `used` says by whom a part is in use."""
    asked = [part for part in parts if wishes.asks(part)]
    stays = {key(part): why for part in asked if (why := reason(part, wishes, used, now))}
    may = [part for part in asked if key(part) not in stays]
    gone = set(chosen(may, wishes.keep))
    return [fate(part, gone, stays, used) for part in asked]


def reason(part: Part, wishes: Wishes, used: Mapping[Key, str], now: float) -> str:
    """Why a part stays whatever else goes; empty where it may go."""
    if part.kept:
        return part.kept
    if part.named and not wishes.names(part):
        return f"only where it is named: --only {part.cache}"
    if who := used.get(key(part)):
        return who
    return YOUNG if wishes.older_than and part.used > now - wishes.older_than else ""


def chosen(may: Sequence[Part], keep: int | None) -> Iterator[Key]:
    """Of those that may go all, or the least recently used until what is left is small enough.

    A piece goes before what it is a piece of, and is counted once.
    """
    whole = {key(part) for part in may if not part.within}
    left = sum(part.size for part in may if (part.cache, part.within) not in whole)
    pieces: dict[Key, int] = {}
    for part in sorted(may, key=lambda part: (part.used, not part.within, part.cache, part.name)):
        if keep is not None and left <= keep:
            return
        left -= part.size - pieces.get(key(part), 0)
        if part.within:
            pieces[part.cache, part.within] = pieces.get((part.cache, part.within), 0) + part.size
        yield key(part)


def fate(part: Part, gone: Iterable[Key], stays: Mapping[Key, str], used: Mapping[Key, str]) -> Fate:
    """A piece of what goes is not told apart: it goes with that."""
    if part.within and (part.cache, part.within) in gone:
        return Fate(part, False, f"it goes with {part.within}")
    if key(part) in gone:
        return Fate(part, True)
    why = stays.get(key(part), ENOUGH)
    return Fate(part, False, why, used=why == used.get(key(part)))
