"""Operations of torch and of a GPU, in the steps that are traced."""

from __future__ import annotations

from torch_starter.core.kinds import Profiler

PROFILER = Profiler(
    name="torch.profiler",
    requirement="",
    module="torch",
    about="It is a part of torch, and sees each operation, and each kernel of a GPU; without stacks and shapes at a few percent.",
    without="operations are not told",
    source="The manual of torch.profiler; a short schedule was measured to take 1.01 times the CPU time of a small training",
)
