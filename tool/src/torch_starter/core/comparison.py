"""Two runs held against each other, figure by figure. A comparison that noise does not allow is not made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from torch_starter.core.history import Run
from torch_starter.core.report import Measurement, parted
from torch_starter.core.statistics import LEAST, Interval, Processes, claimed, ratio, spread

By = Literal["the clock", "CPU time", "% of limit"]


@dataclass(frozen=True)
class Comparison:
    """What became of one figure. `ratio`: as many times as good as before (above 1 is better); None: no comparison, and `why`.

    `by` is what was compared, `noise` the share by which it may differ before a difference is claimed.
    """

    measurement: Measurement
    ratio: Interval | None = None
    by: By = "the clock"
    noise: float = 0.0
    why: str = ""

    @property
    def verdict(self) -> Literal["better", "worse", "same", "not made"]:
        if self.ratio is None:
            return "not made"
        if not claimed(self.ratio, self.noise / 2):
            return "same"
        return "better" if self.ratio.value > 1 else "worse"


def compare(before: Run, after: Run) -> list[Comparison]:
    """Each figure of the second run that the first one has too."""
    then = {each.key: each for each in before.measurements}
    same = before.machine == after.machine
    return [figure(then[each.key], each, same) for each in after.measurements if each.key in then]


def figure(before: Measurement, after: Measurement, same_machine: bool) -> Comparison:
    """One figure in two runs: by % of limit on two machines, by CPU time where others were busy and it has one thread."""
    if before.version != after.version:
        return Comparison(after, why="the method of the measurement has changed since")
    if not same_machine:
        return by_limit(before, after)
    if not (before.bounded or after.bounded):
        return by_values(before.by_process, after.by_process, after, "the clock")
    if before.cpu and after.cpu:
        return by_values(best_cpu(before), best_cpu(after), after, "CPU time")
    return Comparison(after, why="others kept the machine busy: it is a bound, and no value")


def best_cpu(of: Measurement) -> Processes:
    """The best value of each process by its CPU time: what others do to caches and to a core's other half only takes from it."""
    best = max if of.better == "higher" else min
    return [[best(values)] for values in parted(of.cpu, of.cpu_processes)]


def by_limit(before: Measurement, after: Measurement) -> Comparison:
    """On two machines: how near each comes to what it could."""
    if before.bounded or after.bounded:
        return Comparison(after, why="others kept a machine busy: it is a bound, and no value")
    if before.limit is None or after.limit is None:
        return Comparison(after, why="two machines are compared by % of limit, and there is no limit")
    then, now = (
        [[value / limit for value in values] for values in each.by_process]
        for each, limit in ((before, before.limit.value), (after, after.limit.value))
    )
    return by_values(then, now, after, "% of limit")


def by_values(before: Processes, after: Processes, of: Measurement, by: By) -> Comparison:
    """The ratio of what two runs measured, and what would be noise."""
    if min(value for values in (*before, *after) for value in values) <= 0:
        return Comparison(of, why="it has values that are not above zero")
    found = ratio(before, after) if of.better == "higher" else ratio(after, before)
    return Comparison(of, found, by, max(LEAST, 2 * max(spread(before), spread(after))))


def regressions(found: Sequence[Comparison]) -> Iterator[Comparison]:
    """Those that became worse, the worst first."""
    worse = [each for each in found if each.verdict == "worse"]
    yield from sorted(worse, key=lambda each: each.ratio.value if each.ratio else 1.0)
