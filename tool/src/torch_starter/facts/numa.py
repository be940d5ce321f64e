"""Which processors we may use, how many cores they are, and on which nodes of memory."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.files import Files
from torch_starter.core.machine import Machine

CPUS = Path("sys/devices/system/cpu")
NODES = Path("sys/devices/system/node")


class Numa(Fact, frozen=True):
    """The CPUs that we may use by their numbers, the whole cores they are on, and those of each node of memory that has any.

    Where the system does not tell of cores each CPU is one; where it does not tell of nodes there is one.
    """

    key: ClassVar[str] = "numa"
    usable: tuple[int, ...]
    cores: int
    nodes: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def gather(cls, machine: Machine) -> Numa:
        usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
        return read(machine.files, usable)


def read(files: Files, usable: Collection[int], root: Path = Path("/")) -> Numa:
    """Of a machine whose files begin at `root`."""
    numbers = tuple(sorted(usable))
    cores = {core(files, root / CPUS / f"cpu{number}" / "topology") or ("", str(number)) for number in numbers}
    online = numbered(files.read(root / NODES / "online") or "")
    nodes = (numbered(files.read(root / NODES / f"node{node}" / "cpulist") or "") for node in online)
    used = tuple(part for node in nodes if (part := tuple(number for number in node if number in usable)))
    return Numa(usable=numbers, cores=len(cores), nodes=used or (numbers,))


def core(files: Files, folder: Path) -> tuple[str, str] | None:
    """The package and the core of a CPU; None where that is not told."""
    package, number = ((files.read(folder / name) or "").strip() for name in ("physical_package_id", "core_id"))
    return (package, number) if number else None


def numbered(text: str) -> tuple[int, ...]:
    """The numbers of a list such as 0-3,8: as the kernel writes them."""
    found: list[int] = []
    for part in text.strip().split(","):
        if match := re.fullmatch(r"(\d+)(?:-(\d+))?", part.strip()):
            found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(found)
