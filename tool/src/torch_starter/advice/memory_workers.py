"""Data that each worker of a loader gets a copy of."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, finding, leads_to, memory_of, resident, smaller
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

OWN = 64 << 20  # bytes that any worker has for itself


def look(profile: Profile) -> Iterator[Finding]:
    process, memory = profile.main, memory_of(profile)
    unique = [each.unique for each in process.workers]
    lists = [each for each in memory.holdings if each.kind in ("list", "array", "tensor")]
    if not unique or not lists:
        return
    held = max(lists, key=lambda each: (each.kind == "list", each.bytes))
    saved = sum(min(max(0, each - OWN), held.bytes) for each in unique)
    now = resident(memory) + sum(unique)
    if (gain := smaller(now, saved)) < LEAST:
        return
    loader = next((each.place for each in process.loaders if each.workers), None)
    yield finding(
        ADVICE.id,
        f"each worker has a copy of {held.name}",
        f"{len(unique)} workers, each with {memory_size(sum(unique) / len(unique))} of its own: {leads_to(now, saved)}",
        f"{held.name} as one numpy array or tensor, not as {held.count} objects of Python: to read an object is to write to it "
        "(its references are counted), which copies its page"
        if held.kind == "list"
        else "fork in place of spawn, or a mapped file: what is sent to a worker is a copy",
        gain,
        held.place or loader,
    )


ADVICE = Advice(
    id="memory.workers",
    title="a copy in each worker",
    of="memory",
    look=look,
    about="Workers share the memory of the script until one writes to it, and to look at an object of Python is to write.",
    found="The system tells how much of each worker's memory no other process shares.",
    mend="one array in place of many objects",
    source="pytorch#13246",
)
