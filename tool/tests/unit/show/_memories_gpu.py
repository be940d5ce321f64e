"""A training for which the memory of a GPU did not do, made up."""

from __future__ import annotations

import random

from torch_starter.core.profile import Gpu, GpuMemory, Segment
from torch_starter.core.report import Report
from unit.show._memories import memory, of_memory, owner
from unit.show._profiles import ON_GPU, finding, process, report
from unit.show._seen import own, steps


def segments() -> tuple[Segment, ...]:
    """Large and small ones, a quarter of them free."""
    chance, found = random.Random(11), []
    for number in range(34):
        whole = (2 if number % 3 else 20 + 96 * (number % 5)) * 2**20
        blocks, left = [], whole
        while left > 0:
            part = min(left, int(whole * chance.uniform(0.08, 0.5)) + 512)
            blocks.append((part, "active_allocated" if chance.random() < 0.72 else "inactive"))
            left -= part
        found.append(Segment(0x7F0000000000 + number * 2**30, whole, tuple(blocks)))
    return tuple(found)


FULL = GpuMemory(
    allocated=74 * 2**30,
    reserved=79 * 2**30,
    peak=77 * 2**30,
    total=80 * 2**30,
    fragmented=0.09,
    segments=segments(),
    course=tuple((n * 0.004, int(2**30 * (12 + 48 * ((n % 40) / 40) + n / 40))) for n in range(700)),
    full=True,
    owners=(
        owner(58, 41_000, 900, own("Net.forward", 58, "models/net.py"), file="models/net.py"),
        owner(45, 22_000, 300),
        owner(44, 11_000, 300),
    ),
)
KEPT = finding(
    "memory.checkpoint",
    "activations are most of what a step needs",
    "40 GiB of 77 GiB are kept for backward",
    1.8,
    58,
    "torch.utils.checkpoint.checkpoint(self.block, x, use_reentrant=False)",
    "models/net.py",
)


def full_gpu() -> Report:
    """A training for which the memory of a GPU did not do."""
    told = process(
        ON_GPU,
        steps=steps(ON_GPU, (("warm", 2), ("traced", 3))),
        device="cuda:0",
        gpu=Gpu(name="NVIDIA H100 80GB HBM3"),
        ended="memory",
        error="OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB",
        memory=memory(gpu=FULL, growth=(), grows=0.0, censuses=(), holdings=()),
        events=(),
        ops=(),
        calls=(),
    )
    return report(of_memory(told, code=1), KEPT)
