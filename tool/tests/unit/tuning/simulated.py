"""A command whose speed is known: what each choice does to it is given, and so is the chance that the noise is drawn from."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from torch_starter.core.kinds import Setting
from torch_starter.core.proof import Sample
from torch_starter.core.tuning import Value
from torch_starter.tuning.choices import Choice
from torch_starter.tuning.runs import Result

Speeds = Callable[[frozenset[str]], float]


def choice(name: str, label: str = "on", seconds: float = 0.0) -> Choice:
    """A choice of a setting that nothing but its name is known of."""
    value = Value(label, {name.upper(): label}, seconds=seconds)
    setting = Setting(
        name=name,
        title=name,
        about="",
        safety="bit-identical",
        bounds=("threads",),
        available=lambda subject: (value,),
        read=lambda effect: label,
        source="",
    )
    return Choice(setting, value)


@dataclass
class Simulated:
    """Runs take a second to start and ten steps; each step lasts 1 / speed, times what chance makes of it.

    `fails` names choices with which a run becomes something else.
    """

    speed: Speeds
    noise: float = 0.0
    seed: int = 0
    start: float = 1.0
    fails: Mapping[str, Result] = field(default_factory=dict)
    now: float = 0.0
    runs: list[frozenset[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def run(self, choices: Sequence[Choice]) -> Result:
        names = frozenset(each.name for each in choices)
        self.runs.append(names)
        failed = next((self.fails[name] for name in names if name in self.fails), None)
        step = math.exp(self.chance.gauss(0, self.noise)) / self.speed(names)
        self.now += self.start + 10 * step + sum(each.value.seconds for each in choices)
        return failed if failed is not None else Result(Sample(step=step, whole=self.start + 10 * step))

    def clock(self) -> float:
        return self.now


def product(**gains: float) -> Speeds:
    """Each choice that is on makes it so many times as fast, whatever else is on. Names: `a_on` stands for "a on"."""
    told = {name.replace("_", " "): gain for name, gain in gains.items()}
    return lambda names: math.prod(told.get(name, 1.0) for name in names)
