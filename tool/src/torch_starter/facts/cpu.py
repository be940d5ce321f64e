"""The processors that we may use."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine
from torch_starter.core.probing import usable_cpus
from torch_starter.facts import cgroup

TOLD = (
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "f16c",
    "avx512f",
    "avx512_bf16",
    "amx_tile",
    "asimd",
    "sve",
)  # what kernels are chosen by


class Cpu(Fact, frozen=True):
    """CPUs: what the machine has, what our affinity allows, and the quota of the control group (CPUs, None: no limit).

    `flags` are those of its instruction sets that PyTorch's kernels are chosen by; none where the system does not tell.
    """

    key: ClassVar[str] = "cpu"
    model: str
    count: int
    affinity: int
    quota: float | None
    flags: tuple[str, ...] = ()

    @property
    def usable(self) -> int:
        """Whole CPUs that a program of ours can keep busy, at least 1."""
        return max(1, min(self.affinity, int(self.quota) if self.quota else self.affinity))

    @property
    def most_threads(self) -> int:
        """How many threads find time to run: a part of a CPU is one too."""
        return max(1, min(self.affinity, math.ceil(self.quota) if self.quota else self.affinity))

    @classmethod
    def gather(cls, machine: Machine) -> Cpu:
        text = machine.files.read(Path("/proc/cpuinfo")) or ""
        group = cgroup.read(machine.files)
        return cls(
            model=value(text, "model name"),
            count=os.cpu_count() or 1,
            affinity=usable_cpus(),
            quota=group.quota if group else None,
            flags=tuple(name for name in TOLD if name in (value(text, "flags") or value(text, "Features")).split()),
        )


def value(text: str, name: str) -> str:
    """The first value of a name in /proc/cpuinfo."""
    return next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith(name)), "")
