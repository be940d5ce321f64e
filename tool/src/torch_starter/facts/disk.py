"""Space on the disk of the project."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine


class Disk(Fact, frozen=True):
    """Free bytes where environments are built."""

    key: ClassVar[str] = "disk"
    free: int

    @classmethod
    def gather(cls, machine: Machine) -> Disk:
        return cls(free=machine.files.free_bytes(Path(machine.variables.get("TORCH_STARTER_ROOT", "."))))
