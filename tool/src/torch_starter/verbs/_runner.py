"""Runs of a command for the search: each is judged by what was read back in it, and by its losses."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from torch_starter.core.proof import Sample
from torch_starter.core.tuning import Told
from torch_starter.tuning import losses
from torch_starter.tuning.choices import Choice
from torch_starter.tuning.runs import Result
from torch_starter.verbs._trials import Length, Trial, Trials

FAILURES = {
    "failed": "it failed",
    "hung": "it did not come to its end in time",
    "memory": "there was not enough memory",
    "no steps": "it did no step",
}


@dataclass
class Runner:
    """Runs one command. `short`: it came to its own end in its first run. `base` is the first run of it as it is, `own` by how
    much the losses of two such runs differ.

    `others` are the shares of the machine that others used, run by run; `aside` files whose writes went aside.
    """

    trials: Trials
    length: Length
    clock: Callable[[], float]
    short: bool = False
    base: Told | None = None
    own: float = 0.0
    others: list[float] = field(default_factory=list)
    aside: set[str] = field(default_factory=set)
    compared: dict[tuple[str, ...], float | None] = field(default_factory=dict)
    memory: dict[tuple[str, ...], int] = field(default_factory=dict)

    def run(self, choices: Sequence[Choice]) -> Result:
        """One run with these choices."""
        longer = sum(choice.value.seconds for choice in choices)
        length = Length(**{**vars(self.length), "timeout": self.length.timeout + 3 * longer})
        trial = self.trials.run([choice.value for choice in choices], length)
        told = trial.told
        if trial.outcome != "ok" or told is None or told.window is None:
            return Result(None, "failed", failure(trial))
        self.others.append(told.window.others)
        self.aside |= set(told.kept)
        self.note(choices, told)
        if why := not_in_effect(choices, told):
            return Result(None, "not in effect", why)
        if why := self.drift(choices, told):
            return Result(None, "drifts", f"{why}; it took {trial.step:.4g} s a step")
        return Result(self.sample(trial))

    def sample(self, trial: Trial) -> Sample:
        """Of a script that comes to its own end after some steps, all of its time counts, not that of steps alone."""
        found, steps = trial.sample, self.length.warm + self.length.steps
        return msgspec.structs.replace(found, step=found.whole / steps) if self.short else found

    def drift(self, choices: Sequence[Choice], told: Told) -> str:
        """Why its losses are others than they may be; empty where they are not, as those of the baseline never are."""
        if self.base is None or not choices:
            return ""
        return losses.drift(self.base, told, self.own, [choice.setting.safety for choice in choices])

    def note(self, choices: Sequence[Choice], told: Told) -> None:
        """Keep what a proof says of losses and memory."""
        names = tuple(choice.name for choice in choices)
        if self.base is None:
            self.base = told
        elif not choices:
            self.own = max(self.own, losses.deviation(self.base, told) or 0.0)
        self.compared[names] = losses.deviation(self.base, told)
        self.memory[names] = max(self.memory.get(names, 0), told.memory)


@dataclass
class Together:
    """Several commands as one: a step of all of them is the geometric mean of theirs."""

    runners: Sequence[Runner]
    clock: Callable[[], float]

    def run(self, choices: Sequence[Choice]) -> Result:
        """One run of each; the first that fails ends it."""
        samples: list[Sample] = []
        for runner in self.runners:
            result = runner.run(choices)
            if result.sample is None:
                return result
            samples.append(result.sample)
        step = math.exp(sum(math.log(each.step) for each in samples) / len(samples))
        busy = [max(values) for values in ([each.others for each in samples], [each.waited for each in samples])]
        return Result(Sample(step=step, whole=sum(each.whole for each in samples), others=busy[0], waited=busy[1]))


def stopwatch() -> Callable[[], float]:
    """Seconds since now."""
    began = time.monotonic()
    return lambda: time.monotonic() - began


def failure(trial: Trial) -> str:
    """What became of a run, with the last line that it said."""
    last = trial.said.splitlines()[-1:] if trial.outcome == "failed" else []
    return ": ".join([FAILURES.get(trial.outcome, trial.outcome), *last])


def not_in_effect(choices: Sequence[Choice], told: Told) -> str:
    """Which of the choices the running process does not have, by what was read back in it; empty where it has all."""
    for choice in choices:
        undone = next((told.turns[name] for name in choice.value.turns if told.turns.get(name)), None)
        if undone is not None:
            return undone
        seen = choice.setting.read(told.effect)
        if seen != choice.value.label:
            return f"read back in the running process it was {seen or 'not there'}"
    return ""
