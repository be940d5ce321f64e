"""Runs of a search: what one became, how a choice stands, and what all of them so far say of noise and costs."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from torch_starter.core.proof import Outcome, Sample, Tried
from torch_starter.tuning.choices import Choice

QUIET = 0.01  # a run differs from another by this at least, however alike a few of them are
RISK = {"bit-identical": 0.0, "rounding": 0.02, "precision": 0.04, "semantics": 0.0}  # of a gain: what is safer comes first
COMPILING = 0.2  # of a gain: what has to be compiled pays later


@dataclass(frozen=True)
class Result:
    """A run: its sample, or what became of it instead and why."""

    sample: Sample | None
    outcome: Outcome = "kept"
    why: str = ""


class Runner(Protocol):
    """Runs the command with choices; and the clock of it all, in seconds from the start of the search."""

    def run(self, choices: Sequence[Choice]) -> Result: ...

    def clock(self) -> float: ...


@dataclass
class Standing:
    """A choice on its way: its ratios to the baseline of each round (above 1: faster)."""

    choice: Choice
    ratios: list[float] = field(default_factory=list)
    dropped: Tried | None = None

    @property
    def mean(self) -> float:
        """Of the logarithms of its ratios."""
        return statistics.fmean(map(math.log, self.ratios)) if self.ratios else -math.inf

    def merit(self, spread: float) -> float:
        """Its mean, less the noise in it and what it risks: of two alike the safer one, and the one that pays at once."""
        doubt = spread / math.sqrt(max(1, len(self.ratios)))
        return self.mean - doubt - RISK[self.choice.setting.safety] - (COMPILING if self.choice.value.seconds else 0.0)


@dataclass
class Seen:
    """Seconds of all runs by their choices, and the steps of those of the baseline."""

    took: dict[frozenset[str], list[float]] = field(default_factory=dict)
    bases: list[float] = field(default_factory=list)

    def note(self, choices: Sequence[Choice], seconds: float, step: float) -> None:
        """One more run."""
        self.took.setdefault(frozenset(choice.name for choice in choices), []).append(seconds)
        self.bases += [step] if not choices else []

    def cost(self, choices: Sequence[Choice] = ()) -> float:
        """Seconds of a run, about: as runs with the same choices took, else as those of the one of them that took longest."""
        names = frozenset(choice.name for choice in choices)
        parts = [each for each in self.took if each <= names]
        alike = self.took.get(names) or [max((self.took[each][-1] for each in parts), default=0.0)]
        return statistics.median(alike[-3:])

    @property
    def spread(self) -> float:
        """The noise in which a gain has to be seen: how far two runs of the baseline differ, as a logarithm."""
        logs = [math.log(step) for step in self.bases]
        return max(QUIET, math.sqrt(2) * statistics.stdev(logs)) if len(logs) > 1 else QUIET
