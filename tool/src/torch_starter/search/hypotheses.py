"""Which package to hold for a failure: those that the evidence names first, and of equals the one that costs the least."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from torch_starter.core.trial import Failure, Strength, Suspect
from torch_starter.search.ladder import Asking, descend, far_down, floor_first, halves
from torch_starter.search.world import Aim, Bounds, Candidate, World

CLASSES: tuple[tuple[Strength, ...], ...] = (("said",), ("raised", "paired"), ("concerned",), ("needed",))
DIRECT = 2  # so many of the classes are asked from the newest downwards: what is weaker shows first whether it matters at all
MOST_WEIGHED = 6  # suspects of a class whose cost is compared: each is one more resolution
MOST_GUESSED = 12  # packages without any evidence that are asked one by one


@dataclass(frozen=True)
class Place:
    """Where a search stands: the bounds that it holds already, the set that they gave, and what was found to be no way out."""

    bounds: Bounds
    candidate: Candidate
    refused: frozenset[tuple[str, str]] = frozenset()  # check, package


def ask(world: World, aim: Aim, place: Place, failure: Failure) -> Asking:
    """Find the package to hold for one failure, and how far; None where nothing that may be held mends it."""
    suspects = cleared(failure, world.released(place.candidate) if failure.lacking else {})
    suspects = [each for each in suspects if (failure.id, each.package) not in place.refused]
    strong, rest = parted(suspects)
    for number, members in enumerate(strong):
        for suspect in weighed(world, aim, place, members):
            rung = yield from instead_of(world, aim, place, suspect.package, suspects)
            rung = rung or (yield from try_one(world, aim, place, suspect.package, number < DIRECT))
            if rung is not None:
                return rung
    if aim.before:
        return (yield from since_before(world, aim, place, failure, [each.package for each in suspects]))
    for suspect in weighed(world, aim, place, rest[:MOST_GUESSED]):
        rung = yield from try_one(world, aim, place, suspect.package, False)
        if rung is not None:
            return rung
    return None


def try_one(world: World, aim: Aim, place: Place, package: str, direct: bool) -> Asking:
    """One package, lower and lower; where it is only suspected, first at a floor that shows whether it matters at all."""
    now, lower = place.candidate.versions[package], floor(world, aim, place, package)
    if direct and package not in aim.before:
        return (yield from descend(world, package, now, {}))
    return (yield from floor_first(world, package, now, lower, {})) if lower else None


def floor(world: World, aim: Aim, place: Place, package: str) -> str | None:
    """The version at which a package shows whether it matters: that of the proven set, or one far below."""
    if package in aim.before:
        return aim.before[package] if package in newer_than_before(aim, place) else None
    return far_down(world, package, place.candidate.versions[package])


def instead_of(world: World, aim: Aim, place: Place, package: str, suspects: list[Suspect]) -> Asking:
    """Where a package that the user prefers would be held: rather hold another, if that mends it too.

    All others that may have to do with it go down at once, which is one trial; where it passes, they are told apart.
    """
    if package not in aim.preferred:
        return None
    before = aim.preferred[: aim.preferred.index(package) + 1]
    others = [each.package for each in suspects if each.package not in before and each.package in place.candidate.versions]
    lower = {name: floor(world, aim, place, name) for name in dict.fromkeys(others[:MOST_GUESSED])}
    floors = {name: version for name, version in lower.items() if version}
    stays = {package: f"=={place.candidate.versions[package].partition('+')[0]}"}
    if not floors:
        return None
    reply = yield {**stays, **{name: f"<={version}" for name, version in floors.items()}}
    if not reply.passed:
        return None
    left, back = yield from halves(floors, list(floors), 0, stays)
    return (yield from told_apart(world, place, floors, left, back))


def since_before(world: World, aim: Aim, place: Place, failure: Failure, named: list[str]) -> Asking:
    """Put back what changed since the proven set, until one package is left: first those that the failure names or needs.

    Of the rest the least preferred come first: where putting back either of two mends a break, it is the one that is held.
    """
    changed = [name for name in newer_than_before(aim, place) if (failure.id, name) not in place.refused]
    rank = {name: number for number, name in enumerate(aim.order)}
    unsure = sorted(changed, key=lambda name: (name not in named, -rank.get(name, len(rank)), name))
    for alone in (True, False):  # the second where several are at fault
        left, back = yield from halves(aim.before, unsure, sum(name in named for name in unsure), {}, alone)
        rung = yield from told_apart(world, place, aim.before, left, () if alone else back)
        if rung is not None:
            return rung
    return None


def told_apart(world: World, place: Place, floors: Mapping[str, str], left: Sequence[str], back: Sequence[str]) -> Asking:
    """How far the one that is left must go down: alone, or where others are at fault too, beside them."""
    for beside in ({}, {name: f"<={floors[name]}" for name in back})[: 2 if back else 1]:
        for name in left:
            rung = yield from floor_first(world, name, place.candidate.versions[name], floors[name], beside)
            if rung is not None:
                return rung
    return None


def newer_than_before(aim: Aim, place: Place) -> list[str]:
    """The packages that are newer than in the proven set."""
    before = Candidate(aim.before)
    return [
        name for name in place.candidate.versions if name in aim.before and place.candidate.version(name) > before.version(name)
    ]


def cleared(failure: Failure, released: Mapping[str, datetime]) -> list[Suspect]:
    """The suspects without those of which an older version cannot help.

    Where one asks for what the other does not have, the one that was released later is at fault: it was made for a newer one of
    the other, or removed what the other uses.
    """
    spared = set(failure.spared)
    if failure.lacking and all(name in released for name in failure.lacking):
        consumer, provider = failure.lacking
        spared.add(provider if released[consumer] >= released[provider] else consumer)
    return [suspect for suspect in failure.suspects if suspect.package not in spared]


def parted(suspects: Iterable[Suspect]) -> tuple[list[list[Suspect]], list[Suspect]]:
    """Those with evidence, by its strength, and those without."""
    by_class: list[list[Suspect]] = [[each for each in suspects if each.strength in strengths] for strengths in CLASSES]
    return by_class[:-1], by_class[-1]


def weighed(world: World, aim: Aim, place: Place, suspects: list[Suspect]) -> Iterator[Suspect]:
    """Suspects in the order of what holding them costs: first the one with which the preferred packages stay newest."""
    here = [each for each in suspects if each.package in place.candidate.versions]
    if len(here) < 2 or len(here) > MOST_WEIGHED:
        yield from here
        return
    costs = {}
    for suspect in here:
        now = place.candidate.versions[suspect.package]
        lower = world.older(suspect.package, now, True) or world.older(suspect.package, now, False)
        reached = world.propose({**place.bounds, suspect.package: f"<={lower}"}) if lower else None
        if reached is not None:
            costs[suspect.package] = aim.quality(reached)
    yield from sorted((each for each in here if each.package in costs), key=lambda each: costs[each.package], reverse=True)
