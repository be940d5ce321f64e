"""How far back one package must go: few trials, first in growing steps, then by halves.

The functions are generators: they yield the bounds of a set that they want to see, and are sent whether it passed. So several
questions are asked by one trial.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from torch_starter.search.world import Bounds, World

FAR = 12  # minor releases
MOST_RELEASES = 200  # that are looked at between two versions


@dataclass(frozen=True)
class Reply:
    """What a set showed. `passed` None: nothing, since there is no such set. `versions` are those that it had."""

    passed: bool | None
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Rung:
    """Where a package has to stay: the newest version that is good, and the next above it, which is not."""

    package: str
    good: str
    bad: str


Asking = Generator[Bounds, Reply, Rung | None]


def descend(world: World, package: str, bad: str, beside: Bounds) -> Asking:
    """From a version that fails downwards, in steps of 1, 2, 4 … minor releases, then by halves; None where all fail.

    Below the last minor release are only older ones of the same.
    """
    step = 1
    while True:
        version = down(world, package, bad, step)
        if version is None:
            lowest = within_line(world, package, bad)
            return (yield from floor_first(world, package, bad, lowest, beside)) if lowest else None
        reply = yield {**beside, package: f"<={version}"}
        if reply.passed:
            return (yield from between(world, package, reply.versions.get(package, version), bad, beside))
        bad, step = version, step * 2


def floor_first(world: World, package: str, bad: str, floor: str, beside: Bounds) -> Asking:
    """First at its oldest, which tells whether the package matters at all; then upwards by halves."""
    reply = yield {**beside, package: f"<={floor}"}
    if not reply.passed:
        return None
    return (yield from between(world, package, reply.versions.get(package, floor), bad, beside))


def between(world: World, package: str, good: str, bad: str, beside: Bounds) -> Asking:
    """By halves between a version that is good and one that is not: first over minor releases, then within one."""
    for line in (True, False):
        releases = range_of(world, package, good, bad, line)
        low, high = 0, len(releases)  # releases[low:high] are not known yet, the newest first
        while low < high:
            middle = (low + high) // 2
            reply = yield {**beside, package: f"<={releases[middle]}"}
            if reply.passed:
                good, high = reply.versions.get(package, releases[middle]), middle
            else:
                bad, low = releases[middle], middle + 1
    return Rung(package, good, bad)


def down(world: World, package: str, version: str, steps: int) -> str | None:
    """So many minor releases below a version, or the last there is; None where there is none."""
    found = None
    for _ in range(steps):
        lower = world.older(package, found or version, True)
        if lower is None:
            break
        found = lower
    return found


def far_down(world: World, package: str, version: str) -> str | None:
    """A release so old that it shows whether the package matters; None where there is no older one."""
    found = down(world, package, version, FAR)
    if found is not None and world.older(package, found, True) is not None:
        return found
    return within_line(world, package, found or version) or found


def within_line(world: World, package: str, version: str) -> str | None:
    """A release well below a version of the oldest minor release; None where there is no older one."""
    found, lower = None, world.older(package, version, False)
    for _ in range(FAR):
        if lower is None:
            break
        found, lower = lower, world.older(package, lower, False)
    return found


def halves(
    floors: Mapping[str, str], unsure: list[str], split: int, beside: Bounds, alone: bool = False
) -> Generator[Bounds, Reply, tuple[list[str], list[str]]]:
    """Which of several packages is at fault: half of them at their floors, and half of that again.

    With all of them there, it passes. `split` is how many come first at once; 0 for half. With `alone`, one is taken to be at
    fault, and what was down before goes up again. The answer: the one that is left, and those that must be down besides.
    """
    back: list[str] = []
    while len(unsure) > 1:
        split = split if 0 < split < len(unsure) else (len(unsure) + 1) // 2
        reply = yield {**beside, **{name: f"<={floors[name]}" for name in (*(() if alone else back), *unsure[:split])}}
        if reply.passed:
            unsure = unsure[:split]
        else:
            back, unsure = [*back, *unsure[:split]], unsure[split:]
        split = 0
    return unsure, back


def range_of(world: World, package: str, good: str, bad: str, line: bool) -> Sequence[str]:
    """The releases strictly between two, the newest first; with `line` one of each minor release."""
    found: list[str] = []
    lower = world.older(package, bad, line)
    while lower is not None and Version(lower) > Version(good) and len(found) < MOST_RELEASES:
        found.append(lower)
        lower = world.older(package, lower, line)
    return found
