"""Loops that call an operation for each element or row."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._stacks import Line, by_function, computing, lines
from torch_starter.advice._time import faster, milliseconds, percent, times, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Call, Process, Profile
from torch_starter.core.report import Finding

OFTEN = 32  # times a step, the same function at the same line: a loop
SMALL = 50e-6  # seconds of a call: to begin it takes longer than to compute it
SAVES = 0.8  # one call for n rows takes little longer than for one; but the rows have to be put together


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if not process.mean:
        return
    for group in by_function(lines(process, computing)):
        looping = [call for line in group for call in line.calls if looped(call)]
        if not looping:
            continue
        count = sum(call.count for call in looping)
        share = spent(group, process.mean)
        share += backward(process, looping)
        line = max(group, key=lambda each: (any(map(looped, each.calls)), each.share))
        mean = sum(call.seconds for call in looping) / count
        yield from told(
            ADVICE,
            f"{line.function} calls small operations in a loop",
            f"{times(count)} a step, of {milliseconds(mean)} each: with their way back {percent(share)} of it",
            "put rows together and compute all of them by one operation (a batch, torch.stack, torch.vmap, a layer that takes "
            "sequences); else torch.compile",
            faster(share * SAVES),
            line.place,
        )


def looped(call: Call) -> bool:
    return not call.reads and call.count >= OFTEN and call.seconds / call.count < SMALL


def spent(group: list[Line], step: float) -> float:
    """The share of a step that the lines with such loops take, without what is large there, or is read."""
    looping = [line for line in group if any(map(looped, line.calls))]
    large = sum(call.seconds for line in looping for call in line.calls if not looped(call))
    return max(0.0, sum(line.share for line in looping) - large / step)


def backward(process: Process, looping: list[Call]) -> float:
    """Their part of the way back, by how many of the step's calls they are; it is small as they are, if they are most of them."""
    calls = [call for call in process.calls if not call.reads]
    part = sum(call.count for call in looping) / sum(call.count for call in calls)
    return process.share("backward") * part if part > 0.5 else 0.0


ADVICE = Advice(
    id="profile.tiny",
    title="small operations in a loop",
    of="time",
    look=look,
    about="To begin an operation takes some microseconds, whatever it computes: many small ones are mostly that.",
    found="Calls of torch are noted with the lines that make them, and those lines are timed by stacks.",
    mend="one operation for all rows",
    source="Measured: tool/benchmarks/planted/time/loops.py",
)
