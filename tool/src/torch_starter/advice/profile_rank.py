"""A rank that the others wait for."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from torch_starter.advice._time import faster, milliseconds, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Part, Process, Profile
from torch_starter.core.report import Finding

OWN: tuple[Part, ...] = ("data", "transfer", "forward", "optimizer", "python")  # in the way back ranks wait for each other
SAVES = 0.8  # one rank is always the last


def look(profile: Profile) -> Iterator[Finding]:
    ranks = [each for each in profile.processes if each.mean and each.distributed]
    if len(ranks) < 2:
        return
    slow = max(ranks, key=own)
    usual = statistics.median(own(each) for each in ranks if each is not slow)
    late = own(slow) - usual
    others = [each for each in ranks if each is not slow]
    part = max(OWN, key=lambda name: slow.parts[name] - statistics.median(each.parts[name] for each in others))
    words = {"data": "waiting for data", "python": "the script's own Python"}.get(part, part)
    yield from told(
        ADVICE,
        f"the other ranks wait for rank {slow.rank}",
        f"it is {milliseconds(late)} behind them, {percent(late / slow.mean)} of each step, most of it in {words}",
        "give each rank as much to do: as many samples of as many tokens, as many processors and workers; look for what else "
        "runs beside that rank",
        faster(late / slow.mean * SAVES),
    )


def own(process: Process) -> float:
    """Seconds a step before it waits for others."""
    return sum(process.parts[name] for name in OWN)


ADVICE = Advice(
    id="profile.rank",
    title="a slow rank",
    of="time",
    look=look,
    about="Ranks exchange gradients in each step: all are as slow as the slowest.",
    found="Parts of steps of all ranks, without the one in which they wait for each other.",
    mend="the same work for each",
    source="The analyses of HTA: temporal breakdown",
)
