"""What becomes more with each step, without end."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, STEPS, finding, foreseen, memory_of, resident
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size


def look(profile: Profile) -> Iterator[Finding]:
    memory = memory_of(profile)
    now, steps = resident(memory), len(profile.main.steps)
    for each in memory.growth:
        gain = foreseen(now, each.bytes, steps)
        if each.what == "tensors with graphs" or gain < LEAST:
            continue
        what = "tensors" if each.what == "tensors" else "memory"
        name = each.holder or "what this line asks for"
        yield finding(
            ADVICE.id,
            f"{name} grows with each step",
            f"{memory_size(each.bytes)} of {what} more with each step: {memory_size(now)} become "
            f"{memory_size(now + STEPS * each.bytes)} in {STEPS} steps more",
            f"let {name} have an end: functools.lru_cache(maxsize=...), collections.deque(maxlen=...), or write it to a file"
            if each.holder
            else "look for what keeps it: a list, a dictionary, a cache, a hook that is added again; and give that an end",
            gain,
            each.place,
        )


ADVICE = Advice(
    id="memory.growth",
    title="what grows with each step",
    of="memory",
    look=look,
    about="A cache or a list without an end takes all memory, if the training is long enough.",
    found="Two windows of steps leave behind as much a step; and containers of the script's become longer by as much.",
    mend="an end for the cache or the list",
    source="Measured: what is left of two windows of different lengths",
)
