"""The first run of a command: whether it steps at all, how long a trial has to be, and what settings are planned from."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace

from torch_starter.core.ask import Ask
from torch_starter.core.problems import CommandFailed, CouldNotLook
from torch_starter.core.tuning import Bound, Subject, Told
from torch_starter.facts.allocators import Allocators
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.numa import Numa
from torch_starter.tuning.bounds import bounds
from torch_starter.verbs._trials import Length, Trial, Trials, words

LEAST_TIMEOUT = 90.0  # for the first step
WARM = 3  # steps that warm up, but of a script with few steps
PARTS = 45  # a trial may take so much of the budget
WINDOW = (1.5, 3.0)  # seconds that are measured, at least and at most
MOST_STEPS = 400
LEAST_STEPS = 2


def pilot(trials: Trials, budget: float) -> Trial:
    """Run the command as it is, and look at it; raises CommandFailed and CouldNotLook where it does no step."""
    timeout = max(LEAST_TIMEOUT, budget / 4)
    trial = trials.run((), Length(warm=2, steps=0, least=2.0, seconds=max(20.0, budget / 10), timeout=timeout, look=True))
    if trial.outcome == "ok" and trial.told is not None:
        return trial
    command = words(trials.job.argv)
    again = f"./dev.sh run -- {command}"
    if trial.outcome in ("failed", "memory"):
        raise CommandFailed("optimize.command", f"the command fails as it is:\n{trial.said}", f"see it: {again}")
    if not trial.mark:
        why = "it never imported torch in a process that we can look into (python -I, -E and -S keep us out)"
    elif trial.mark == "a step is done":
        why = "it did too few steps to measure one: it needs at least four"
    else:
        why = "it did no step: no optimizer of torch.optim stepped, and no module with parameters was called again and again"
    after = f"within {timeout:.0f} s " if trial.outcome == "hung" else "when it came to its end "
    more = "give it more time with --budget, or " if trial.outcome == "hung" else ""
    raise CouldNotLook("optimize.no-steps", f"{command}: {after}{why}", f"{more}give the command that trains or infers; {again}")


def length(trial: Trial, budget: float) -> Length:
    """How long each trial is: as many steps as the budget allows, since each of them begins with the start of the command."""
    told = trial.told
    assert told is not None
    assert told.window is not None
    steps = told.steps or [told.window.wall / told.window.steps]
    step = statistics.median(steps)
    start = max(0.0, told.seconds - sum(steps) - (told.look.wall if told.look else 0.0))
    there = len(steps) + 1 if told.ended == "exit" else MOST_STEPS
    warm = max(1, min(WARM, there // 3, int(budget / PARTS / 3 / max(step, 1e-9)) or 1))
    window = min(max(WINDOW[0], budget / PARTS - start - warm * step), WINDOW[1])
    wanted = max(LEAST_STEPS, min(int(window / max(step, 1e-9)), MOST_STEPS, there - warm))
    seconds = max(4 * wanted * step, 5.0)
    return Length(warm=warm, steps=wanted, seconds=seconds, timeout=30.0 + 5 * (start + warm * step) + seconds)


def subject(ask: Ask, told: Told, variables: Mapping[str, str]) -> Subject:
    """What settings are planned from: the command as it is now, and this machine."""
    cpu, numa, allocators = ask.facts[Cpu], ask.facts[Numa], ask.facts[Allocators]
    return Subject(
        told=told,
        cpus=numa.usable,
        cores=min(numa.cores, cpu.usable),
        nodes=numa.nodes,
        libraries=allocators.libraries,
        variables=variables,
        huge_pages=allocators.huge_pages,
        torch=told.version or "2.0",
        bounds=bounds(told),
    )


def together(subjects: Sequence[Subject]) -> Subject:
    """Several commands as one: each bound as large as in the one that has most of it."""
    shares: dict[Bound, float] = {}
    for each in subjects:
        shares |= {bound: max(share, shares.get(bound, 0.0)) for bound, share in each.bounds.items()}
    return replace(subjects[0], bounds=dict(sorted(shares.items(), key=lambda each: -each[1])))
