"""Values that are read from tensors again and again."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._stacks import Line, by_function, computing, lines, sees_built_in, unslowed
from torch_starter.advice._time import faster, on_gpu, percent, times, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Process, Profile
from torch_starter.core.report import Finding

OFTEN = 16  # times a step: a few are the loss that is printed
SAVES = 0.9  # one read for all values instead of one for each; what they are needed for remains, and is not counted
SYNCHRONIZATION = 0.7  # of the idle time beside reads: a GPU has other reasons to wait


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if not process.mean:
        return
    if on_gpu(process):
        yield from of_gpu(process)
    for group in by_function(lines(process, computing)):
        often, share = sum(map(count, group)), unslowed(process, sum(reading(process, line) for line in group))
        if often >= OFTEN:
            line = max(group, key=count)
            yield from told(
                ADVICE,
                "values are read from tensors one by one",
                f"{times(often)} a step in {line.function}, with Python's work on each {percent(share)} of it: {names(line)}",
                "keep them as one tensor, compute with that, and read the result once (.tolist() reads all at once)",
                faster(share * SAVES),
                line.place,
            )


def count(line: Line) -> float:
    """How often a step a value is read there."""
    return sum(call.count for call in line.calls if call.reads)


def reading(process: Process, line: Line) -> float:
    """The share of a step that is reading, and what Python does with each value: all but what torch computes there."""
    if sees_built_in(process):
        return line.reading + line.alone
    others = sum(call.seconds for call in line.calls if not call.reads and call.function not in ("__iter__", "unbind"))
    return max(0.0, line.share - others / process.mean)


def names(line: Line) -> str:
    return ", ".join(sorted({call.function.rsplit(".", 1)[-1] for call in line.calls if call.reads}))


def of_gpu(process: Process) -> Iterator[Finding]:
    """There each read waits until the GPU has done all it was told, and the GPU waits for what it is told next."""
    reads = [call for call in process.calls if call.reads]
    if not reads or process.gpu is None:
        return
    worst = max(reads, key=lambda call: (call.count, call.seconds))
    spent = min(1.0, sum(call.seconds for call in reads) / process.mean)
    idle = max(0.0, process.gpu.idle - process.share("data"))
    often = sum(call.count for call in reads)
    yield from told(
        ADVICE,
        "values are read from the GPU in each step",
        f"{times(often)} a step Python waits until the GPU is done, {percent(spent)} of it; the GPU is idle for {percent(idle)}",
        "read the loss every 50 steps or so, and keep sums as tensors (total += loss.detach()) until they are told",
        faster(min(idle, spent) * SYNCHRONIZATION if often >= 1 else 0.0),
        worst.place,
    )


ADVICE = Advice(
    id="profile.reads",
    title="reading values from tensors",
    of="time",
    look=look,
    about="Each .item(), float() or condition brings one number to Python; on a GPU all of its work has to end first.",
    found="Calls of torch are noted with the lines that make them, and those lines are timed by stacks.",
    mend="read once, what is computed as one tensor",
    source="The performance tuning guide of torch: avoid unnecessary CPU-GPU synchronization",
)
