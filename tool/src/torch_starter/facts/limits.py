"""Limits that the operating system sets to a process."""

from __future__ import annotations

import resource
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine


class Limits(Fact, frozen=True):
    """Soft limits: open files, and the stack in bytes (-1: none)."""

    key: ClassVar[str] = "limits"
    open_files: int
    stack: int

    @classmethod
    def gather(cls, machine: Machine) -> Limits:
        return cls(open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0], stack=resource.getrlimit(resource.RLIMIT_STACK)[0])
