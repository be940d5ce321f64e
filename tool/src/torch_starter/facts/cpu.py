"""The processors that we may use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine
from torch_starter.core.probing import usable_cpus

CGROUP = Path("/sys/fs/cgroup")


class Cpu(Fact, frozen=True):
    """CPUs: what the machine has, what our affinity allows, and the quota of the control group (CPUs, None: no limit)."""

    key: ClassVar[str] = "cpu"
    model: str
    count: int
    affinity: int
    quota: float | None

    @property
    def usable(self) -> int:
        """Whole CPUs that a program of ours can keep busy, at least 1."""
        return max(1, min(self.affinity, int(self.quota) if self.quota else self.affinity))

    @classmethod
    def gather(cls, machine: Machine) -> Cpu:
        text = machine.files.read(Path("/proc/cpuinfo")) or ""
        models = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
        count = os.cpu_count() or 1
        return cls(model=models[0] if models else "", count=count, affinity=usable_cpus(), quota=quota(machine, CGROUP))


def quota(machine: Machine, root: Path) -> float | None:
    """The CPU limit of the control group mounted at `root`, version 2 (cpu.max) or 1 (cpu.cfs_quota_us); in CPUs."""
    if limit := machine.files.read(root / "cpu.max"):
        amount, period = limit.split()
        return None if amount == "max" else int(amount) / int(period)
    amount, period = (machine.files.read(root / "cpu" / f"cpu.cfs_{name}_us") or "" for name in ("quota", "period"))
    return int(amount) / int(period) if amount.strip().isdigit() and period.strip().isdigit() else None
