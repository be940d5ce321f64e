"""Memory, its limit, and shared memory."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine
from torch_starter.facts import cgroup


class Memory(Fact, frozen=True):
    """Bytes of memory: the machine's, free for us now, the control group's limit (None: none), and /dev/shm, whole and free."""

    key: ClassVar[str] = "memory"
    total: int
    available: int
    limit: int | None
    shm: int | None
    shm_free: int | None = None

    @classmethod
    def gather(cls, machine: Machine) -> Memory:
        import psutil

        memory = psutil.virtual_memory()
        group = cgroup.read(machine.files)
        left = group.memory_free if group else None
        shm = psutil.disk_usage("/dev/shm") if Path("/dev/shm").is_dir() else None
        return cls(
            total=memory.total,
            available=memory.available if left is None else min(memory.available, left),
            limit=group.memory_limit if group else None,
            shm=shm.total if shm else None,
            shm_free=shm.free if shm else None,
        )
