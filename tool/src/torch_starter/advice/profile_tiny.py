"""Loops that call an operation for each element or row."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._loops import looped
from torch_starter.advice._stacks import Line, by_function, computing, lines, sees_built_in, unslowed
from torch_starter.advice._time import faster, milliseconds, percent, times, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Call, Process, Profile
from torch_starter.core.report import Finding

SAVES = 0.8  # one call for n rows takes little longer than for one; but the rows have to be put together


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if not process.mean:
        return
    for group in by_function(lines(process, computing)):
        looping = [call for line in group for call in line.calls if looped(call)]
        if not looping or not by_hand(process, group):
            continue
        count = sum(call.count for call in looping)
        share = spent(process, group) + backward(process, looping)
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


def spent(process: Process, group: list[Line]) -> float:
    """The share of a step that the lines with such loops take, without what is large there, or is read."""
    looping = [line for line in group if any(map(looped, line.calls))]
    large = sum(call.seconds for line in looping for call in line.calls if not looped(call))
    return unslowed(process, max(0.0, sum(line.share for line in looping) - large / process.mean))


def by_hand(process: Process, group: list[Line]) -> bool:
    """Whether the lines call functions of torch themselves: loops in packages, as over layers, are not theirs."""
    looping = [line for line in group if any(map(looped, line.calls))]
    itself = sum((line.direct if sees_built_in(process) else 0.0) + line.alone for line in looping)
    return itself >= 0.5 * sum(line.share for line in looping)


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
