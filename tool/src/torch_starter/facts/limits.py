"""Limits that the operating system sets to a process."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine

NAMES = {
    "open_files": resource.RLIMIT_NOFILE,
    "stack": resource.RLIMIT_STACK,
    "processes": resource.RLIMIT_NPROC,
    "memlock": resource.RLIMIT_MEMLOCK,
    "address_space": resource.RLIMIT_AS,
}


class Limits(Fact, frozen=True):
    """Soft limits, -1 for none: open files, the stack in bytes, processes of the user, bytes that may be locked and mapped.

    `root`: the number of processes does not hold for us. `infiniband`: there is a device that needs locked memory.
    """

    key: ClassVar[str] = "limits"
    open_files: int
    stack: int
    processes: int = -1
    memlock: int = -1
    address_space: int = -1
    root: bool = False
    infiniband: bool = False

    @classmethod
    def gather(cls, machine: Machine) -> Limits:
        devices = Path("/sys/class/infiniband")
        return cls(
            **{name: soft(number) for name, number in NAMES.items()},
            root=os.geteuid() == 0,
            infiniband=devices.is_dir() and any(devices.iterdir()),
        )


def soft(number: int) -> int:
    """A soft limit; some systems write "none" as a huge number."""
    value = resource.getrlimit(number)[0]
    return -1 if value == resource.RLIM_INFINITY or value >= 2**62 else value
