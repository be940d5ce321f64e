"""The time of day."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

import torch_starter
from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine


class Clock(Fact, frozen=True):
    """Seconds since 1970: now, and when the newest file of this program was written, before which it cannot be."""

    key: ClassVar[str] = "clock"
    now: int
    newest: int

    @classmethod
    def gather(cls, machine: Machine) -> Clock:
        files = Path(torch_starter.__file__).parent.glob("*/*.py")
        return cls(now=int(time.time()), newest=int(max(path.stat().st_mtime for path in files)))
