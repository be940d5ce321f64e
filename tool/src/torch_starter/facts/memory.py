"""Memory, its limit, and shared memory."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine

CGROUP = Path("/sys/fs/cgroup")
NO_LIMIT = 2**60  # version 1 writes a huge number for "none"


class Memory(Fact, frozen=True):
    """Bytes of memory: of the machine, free for use now, the control group's limit (None: none), and of /dev/shm."""

    key: ClassVar[str] = "memory"
    total: int
    available: int
    limit: int | None
    shm: int | None

    @classmethod
    def gather(cls, machine: Machine) -> Memory:
        import psutil

        memory = psutil.virtual_memory()
        shm = Path("/dev/shm")
        return cls(
            total=memory.total,
            available=memory.available,
            limit=limit(machine, CGROUP),
            shm=psutil.disk_usage(str(shm)).total if shm.is_dir() else None,
        )


def limit(machine: Machine, root: Path) -> int | None:
    """The memory limit of the control group mounted at `root`, version 2 or 1, in bytes."""
    text = machine.files.read(root / "memory.max") or machine.files.read(root / "memory" / "memory.limit_in_bytes") or ""
    return int(text) if text.strip().isdigit() and int(text) < NO_LIMIT else None
