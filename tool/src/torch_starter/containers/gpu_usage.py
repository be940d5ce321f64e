"""What the GPUs of a machine are at, by nvidia-smi: it is where the driver is, on the host and in a container."""

from __future__ import annotations

import msgspec

from torch_starter.core.machine import Machine

FIELDS = ("index", "name", "utilization.gpu", "memory.used", "memory.total", "power.draw")
MEBIBYTE = 2**20  # nvidia-smi's unit of memory


class GpuUsage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One GPU: the percentage of time in which it was at work, bytes of memory, watts. None: it does not tell."""

    index: int
    name: str
    busy: float | None = None
    memory: float | None = None
    memory_size: float | None = None
    watts: float | None = None


def look(machine: Machine) -> tuple[GpuUsage, ...]:
    """The GPUs; none where nvidia-smi is not there or has none to tell of."""
    words = ["nvidia-smi", f"--query-gpu={','.join(FIELDS)}", "--format=csv,noheader,nounits"]
    done = machine.processes.run(words, timeout=20)
    return parse(done.out) if done.ok else ()


def parse(text: str) -> tuple[GpuUsage, ...]:
    """The lines of nvidia-smi; what it cannot tell is written [N/A] there."""
    rows = [[word.strip() for word in line.split(",")] for line in text.splitlines()]
    return tuple(one(row) for row in rows if len(row) == len(FIELDS) and row[0].isdigit())


def one(row: list[str]) -> GpuUsage:
    busy, used, size, watts = (number(word) for word in row[2:])
    memory, memory_size = (None if each is None else each * MEBIBYTE for each in (used, size))
    return GpuUsage(int(row[0]), row[1], busy, memory, memory_size, watts)


def number(word: str) -> float | None:
    """A number; None for anything else."""
    try:
        return float(word)
    except ValueError:
        return None
