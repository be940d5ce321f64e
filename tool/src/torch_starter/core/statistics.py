"""Statistics of values that were taken in several processes: medians, intervals by resampling, and how far two sets differ.

Values are given as one list a process: those of one process share what it was lucky or unlucky with (addresses, the order of
its memory), so a process counts as one. Random choices are the same each time: the same values give the same answer.
"""

from __future__ import annotations

import itertools
import math
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Processes = Sequence[Sequence[float]]

RESAMPLES = 1000
CONFIDENCE = 0.95
LEAST = 0.03  # a smaller difference is not worth a claim
MOST_WAYS = 200  # to part processes into halves that are looked at


@dataclass(frozen=True)
class Interval:
    """A value, and between which bounds it lies with 95 % confidence."""

    value: float
    low: float
    high: float


def median(processes: Processes) -> float:
    """The median of the processes' medians."""
    return statistics.median(statistics.median(values) for values in processes)


def interval(processes: Processes) -> Interval:
    """The median, and the interval that resampling of processes, and of values in them, gives."""
    return resampled(lambda chance: median(drawn(processes, chance)), median(processes))


def ratio(before: Processes, after: Processes) -> Interval:
    """By what the first is to be multiplied to become the second: above 1 is more. Values are above zero."""
    return resampled(lambda chance: median(drawn(after, chance)) / median(drawn(before, chance)), median(after) / median(before))


def resampled(once: Callable[[random.Random], float], value: float) -> Interval:
    """The interval that holds most of what chance makes of a value."""
    chance = random.Random(0)  # noqa: S311  nothing is kept secret by it
    found = sorted(once(chance) for _ in range(RESAMPLES))
    cut = int(RESAMPLES * (1 - CONFIDENCE) / 2)
    return Interval(value, min(found[cut], value), max(found[-1 - cut], value))


def drawn(processes: Processes, chance: random.Random) -> list[list[float]]:
    """As many processes, and values of each, drawn with replacement."""
    return [chance.choices(values, k=len(values)) for values in chance.choices(processes, k=len(processes))]


def spread(processes: Processes) -> float:
    """A/A: by which share two halves of the same differ, in all but one of twenty ways to part the processes into halves.

    It is what a comparison would claim where there is nothing to claim. One process alone is parted by its values.
    """
    parts = list(processes) if len(processes) > 1 else [[value] for values in processes for value in values]
    if len(parts) < 2 or min(min(part) for part in parts) <= 0:
        return math.inf
    middles = [statistics.median(part) for part in parts]
    found = sorted(abs(math.log(statistics.median(one) / statistics.median(other))) for one, other in halves(middles))
    return math.expm1(found[min(len(found) - 1, int(len(found) * CONFIDENCE))])


def halves(values: Sequence[float]) -> list[tuple[list[float], list[float]]]:
    """Ways to take two halves of values: all of them where they are few, else some by chance."""
    half, chance = len(values) // 2, random.Random(0)  # noqa: S311
    if math.comb(len(values), half) > MOST_WAYS:
        some = [tuple(chance.sample(range(len(values)), half)) for _ in range(MOST_WAYS)]
    else:
        some = list(itertools.combinations(range(len(values)), half))
    return [
        ([values[index] for index in way], [values[index] for index in range(len(values)) if index not in way]) for way in some
    ]


def claimed(difference: Interval, *spreads: float) -> bool:
    """Whether a ratio is to be called a difference: beyond what noise makes, and more than one cares for."""
    least = max(LEAST, 2 * max(spreads, default=0.0))
    surely = difference.low > 1 or difference.high < 1
    return surely and (difference.value > 1 + least or difference.value < 1 / (1 + least))
