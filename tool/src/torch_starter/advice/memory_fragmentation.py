"""Memory of a GPU that is free and cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, finding, leads_to, memory_of, smaller
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

MUCH = 0.1  # of what the allocator holds


def look(profile: Profile) -> Iterator[Finding]:
    gpu = memory_of(profile).gpu
    if gpu is None or gpu.fragmented < MUCH:
        return
    saved = gpu.fragmented * gpu.reserved
    gain = smaller(gpu.reserved, saved)
    if gain >= LEAST:
        full = ", and there was no memory left" if gpu.full else ""
        yield finding(
            ADVICE.id,
            "memory of the GPU lies free in pieces that are too small",
            f"{memory_size(saved)} in segments of which something else is in use{full}: {leads_to(gpu.reserved, saved)}",
            "PYTORCH_ALLOC_CONF=expandable_segments:True (before torch 2.10 PYTORCH_CUDA_ALLOC_CONF)",
            gain,
            None,
        )


ADVICE = Advice(
    id="memory.fragmentation",
    title="pieces of a GPU's memory",
    of="memory",
    look=look,
    about="The allocator keeps segments that are in use in part; where sizes change, what is free in them fits nothing.",
    found="The allocator's snapshot: free blocks in segments that are not free as a whole.",
    mend="segments that can be made longer",
    source="The manual of torch.cuda: memory management",
)
