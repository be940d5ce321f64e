"""Space on the disk of the project."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine
from torch_starter.facts.paths import look


class Disk(Fact, frozen=True):
    """Where environments are built: free bytes, how many more files there can be (-1: not told), and the disk's number."""

    key: ClassVar[str] = "disk"
    free: int
    inodes: int = -1
    device: int = 0

    @classmethod
    def gather(cls, machine: Machine) -> Disk:
        folder = Path(machine.variables.get("TORCH_STARTER_ROOT", "."))
        state = look(folder)
        return cls(free=machine.files.free_bytes(folder), inodes=state.inodes, device=state.device)
