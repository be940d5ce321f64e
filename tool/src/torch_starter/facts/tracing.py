"""Whether one process may look into another, as py-spy and gdb do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Absent, Fact
from torch_starter.core.machine import Machine

SYS_PTRACE = 19  # the number of the capability in linux/capability.h


class Tracing(Fact, frozen=True):
    """Whether we have the capability SYS_PTRACE, and what Yama asks for: 0 nothing, 1 a child, 2 that, 3 refuses all."""

    key: ClassVar[str] = "tracing"
    capability: bool
    yama: int

    @classmethod
    def gather(cls, machine: Machine) -> Tracing:
        status = machine.files.read(Path("/proc/self/status"))
        if status is None:
            raise Absent("no /proc here")
        yama = (machine.files.read(Path("/proc/sys/kernel/yama/ptrace_scope")) or "0").strip()
        return cls(capability=has_capability(status, SYS_PTRACE), yama=int(yama) if yama.isdigit() else 0)


def has_capability(status: str, number: int) -> bool:
    """Whether /proc/self/status tells that a capability is in effect."""
    found = re.search(r"^CapEff:\s*([0-9a-fA-F]+)", status, re.MULTILINE)
    return found is not None and int(found[1], 16) >> number & 1 == 1
