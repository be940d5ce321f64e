"""Tensors that are copied without need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from torch_starter.advice._stacks import lines
from torch_starter.advice._time import faster, on_gpu, part_of, times, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Call, Process, Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

MOVES = ("to", "cuda", "cpu", "pin_memory")  # to a GPU is a need
SAVES = 0.8  # of some the numbers are needed twice
EDITS = {
    "clone": "without .clone(): .detach() alone shares the numbers; to keep them, copy into one tensor that is there",
    "contiguous": "without .contiguous(): most operations read tensors as they lie; or keep it as it is needed from the start",
}
CAST = "keep one type from the start, such as float32 in the dataset: .double().float() and their like copy all numbers twice"


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if not process.mean:
        return
    shares = {line.place: line.share for line in lines(process, lambda frames: frames)}
    for group in by_place(process):
        # By its calls and by its stacks: each may have met a moment at which the machine was busy with something else.
        share = min(sum(call.seconds for call in group) / process.mean, shares.get(group[0].place, 0.0))
        worst = max(group, key=lambda call: call.seconds)
        name = worst.function.rsplit(".", 1)[-1]
        yield from told(
            ADVICE,
            f"tensors are copied by .{name}()",
            f"{part_of(process, share * process.mean)}: {memory_size(sum(call.bytes for call in group))} are copied, "
            f"{times(sum(call.count for call in group))} a step",
            EDITS.get(name, CAST),
            faster(share * SAVES),
            worst.place,
        )


def by_place(process: Process) -> Iterator[list[Call]]:
    """Calls that copy, those of a line together."""
    found: dict[object, list[Call]] = defaultdict(list)
    for call in process.calls:
        if call.copies and not (on_gpu(process) and call.function.rsplit(".", 1)[-1] in MOVES):
            found[call.place].append(call)
    yield from found.values()


ADVICE = Advice(
    id="profile.copies",
    title="needless copies",
    of="time",
    look=look,
    about="A copy computes nothing, and takes as long as memory takes to be read and written.",
    found="Calls of torch are noted with the lines that make them, and whether they answer a copy of what they were given.",
    mend="no copy, or one for all",
    source="Measured: tool/benchmarks/planted/time/copies.py",
)
