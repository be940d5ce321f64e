"""Lines that Python itself is busy with: loops over elements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from torch_starter.advice._loops import looped
from torch_starter.advice._python import Busy, busy
from torch_starter.advice._stacks import computing, sees_built_in, unslowed
from torch_starter.advice._time import faster, part_of, told
from torch_starter.core.kinds import Advice
from torch_starter.core.place import Place
from torch_starter.core.profile import Call, Process, Profile
from torch_starter.core.report import Finding

OFTEN = 16  # reads of tensors a step
SAVES = 0.8  # one operation for all elements takes a tenth of a loop over them, or less; but not every loop can be one


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if not process.mean:
        return
    called: dict[Place, list[Call]] = defaultdict(list)
    for call in process.calls:
        called[call.place].append(call)
    for line in busy(process.stacks, lambda place: {call.function for call in called[place]}, computing):
        calls = called[line.place]
        if sum(call.count for call in calls if call.reads) >= OFTEN or any(map(looped, calls)):
            continue  # other advice tells of that
        share = python(process, line)
        yield from told(
            ADVICE,
            f"{line.function} is busy in Python itself",
            f"{part_of(process, share * process.mean)}, is neither in torch nor in another package: most of it at this line",
            "let one operation of torch or numpy do it for all elements; or do it once, or not in each step",
            faster(share * SAVES),
            line.place,
        )


def python(process: Process, line: Busy) -> float:
    """The share of a step that a line takes without what torch computes for it."""
    if sees_built_in(process):
        return unslowed(process, line.share)
    if process.calls:
        return max(0.0, line.share - sum(call.seconds for call in process.calls if call.place == line.place) / process.mean)
    operations = sum(op.seconds for op in process.ops if op.part in ("python", "forward"))
    return max(0.0, line.share - operations / process.mean)  # which lines they are of is not known: as if all were of this one


ADVICE = Advice(
    id="profile.python",
    title="Python-bound lines",
    of="time",
    look=look,
    about="A loop over elements in Python takes 10 to 100 times as long as one operation that does the same.",
    found="Stacks that end in the script's own lines, less what torch computes there.",
    mend="one operation for all elements",
    source="Measured: tool/benchmarks/planted/time/penalty.py",
)
