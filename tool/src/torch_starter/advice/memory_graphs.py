"""Graphs that are kept after their step."""

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
        if each.what == "tensors with graphs" and gain >= LEAST:
            name = each.holder or "a variable"
            yield finding(
                ADVICE.id,
                f"{name} keeps the graph of every step",
                f"{memory_size(each.bytes)} more with each step: {memory_size(now)} become "
                f"{memory_size(now + STEPS * each.bytes)} in {STEPS} steps more",
                f"keep the number and not the tensor: {name} with .item(), or with .detach() where it has to be a tensor",
                gain,
                each.place,
            )


ADVICE = Advice(
    id="memory.graphs",
    title="graphs that are kept",
    of="memory",
    look=look,
    about="A loss that is kept in a list, or added up, holds on to all that it was computed from.",
    found="Tensors with a graph that are alive after their step become more, and a variable of the script's holds them.",
    mend="loss.item() or loss.detach()",
    source="The frequently asked questions of torch: my model reports out of memory",
)
