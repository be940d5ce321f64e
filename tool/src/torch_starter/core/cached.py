"""What is kept for later: caches, the parts of them that go as one, and what it costs to get these back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

Cost = Literal["download", "build", "nothing", "lost"]
Fate = Literal["", "goes", "gone", "stays"]
ORDER: tuple[Cost, ...] = ("nothing", "build", "download", "lost")


class Back(msgspec.Struct, frozen=True):
    """What it costs to get something back: bytes to download, seconds to build, nothing, or it is lost. 0: not known how much.

    Seconds are those that it has taken before, by a record of that. `partly`: of some of it they are not known.
    """

    cost: Cost = "nothing"
    bytes: int = 0
    seconds: float = 0.0
    partly: bool = False


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What is removed as one: some paths below the roots of its cache; none where it is a tool that keeps it.

    `size`: bytes on the disk, each file once however many names it has; `frees`: those that come free when it alone goes,
    since a file with another name elsewhere stays. `made`, `used`: when it was last written to and last read, in seconds since
    1970. `kept`: why `clean` leaves it, whatever it is asked. `named`: it goes only where it or its cache is named by --only.
    `detail`: what it is, in a few words. `within`: it is a piece of the part of this name, and counted there. `holds`: files that
    are open while somebody uses it, besides its own. `fate`: what `clean` does with it, or would do; where it stays, `kept` says
    why.
    """

    cache: str
    name: str
    paths: tuple[str, ...] = ()
    size: int = 0
    frees: int = 0
    files: int = 0
    made: float = 0.0
    used: float = 0.0
    back: Back = Back()
    kept: str = ""
    named: bool = False
    detail: str = ""
    within: str = ""
    fate: Fate = ""
    holds: tuple[str, ...] = ()


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what was wanted was in a cache already, in the last runs of ours that asked it: `hit` of `asked`, in `unit`."""

    hit: float
    asked: float
    unit: str
    runs: int = 1

    @property
    def rate(self) -> float:
        """From 0 to 1."""
        return self.hit / self.asked if self.asked else 0.0


class Cached(msgspec.Struct, frozen=True, kw_only=True):
    """A cache with what is in it. `problem`: why it could not be looked at, or not all of it. `opened`: its parts are asked
    for.
    """

    name: str
    title: str
    paths: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    size: int = 0
    hits: Hits | None = None
    problem: str = ""
    opened: bool = False

    @property
    def files(self) -> int:
        return sum(part.files for part in self.parts if not part.within)

    @property
    def made(self) -> float:
        """The oldest part's."""
        return min((part.made for part in self.parts if part.made), default=0.0)

    @property
    def used(self) -> float:
        """The part's that was read last."""
        return max((part.used for part in self.parts), default=0.0)

    @property
    def back(self) -> Back:
        """Of all parts together; the worst kind of cost is the one that is told."""
        return together(part.back for part in self.parts if not part.within)

    def as_dict(self) -> dict[str, Any]:
        """As the JSON form has it: names that are no text are written as they can be."""
        told: dict[str, Any] = printable(msgspec.to_builtins(self))
        return told


def together(costs: Iterable[Back]) -> Back:
    """Of several things; the worst kind of cost is the one that is told."""
    known = list(costs)
    worst = max((ORDER.index(each.cost) for each in known), default=0)
    seconds = sum(each.seconds for each in known)
    partly = seconds > 0 and any(each.partly or (each.cost == "build" and not each.seconds) for each in known)
    return Back(ORDER[worst], sum(each.bytes for each in known), seconds, partly)


def printable(told: Any) -> Any:
    """The same with all names of files as text, whatever bytes are in them."""
    if isinstance(told, str):
        return told if told.isprintable() else told.encode(errors="surrogateescape").decode(errors="replace")
    if isinstance(told, dict):
        return {name: printable(value) for name, value in told.items()}
    return [printable(each) for each in told] if isinstance(told, list | tuple) else told
