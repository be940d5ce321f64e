"""What the spec grants a container, lowered to what this host has. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from torch_starter.containers.engine import Info
from torch_starter.core.report import Change
from torch_starter.core.units import memory_size

LEFT = 0.9  # of the host's memory: a container that may take all of it brings the host down with it
RLIMITS = {0: "cpu", 2: "data", 3: "stack", 4: "core", 5: "rss", 6: "nproc", 7: "nofile", 8: "memlock", 9: "as"}
REFUSED = re.compile(r"error setting rlimits?(?: type (\d+))?|operation not permitted.*rlimit")


class Port(msgspec.Struct, frozen=True):
    """A port of the container that is published on this machine."""

    target: int


class Service(msgspec.Struct, frozen=True):
    """What `docker compose config` says that a service gets: bytes of memory and of /dev/shm, CPUs, limits of the system."""

    mem_limit: str = "0"
    shm_size: str = "0"
    cpus: float = 0.0
    ulimits: dict[str, Any] = {}
    image: str = ""
    ports: tuple[Port, ...] = ()
    environment: dict[str, str | None] = {}


class Lowered(msgspec.Struct, frozen=True):
    """The variables that lower limits, and what is told of each."""

    variables: dict[str, str]
    changes: tuple[Change, ...]


def lowered(service: Service, host: Info, threads: int) -> Lowered:
    """Memory, shared memory, CPUs and with them threads (at most `threads`), where the host has less."""
    found, changes = dict[str, str](), list[Change]()

    def lower(name: str, variable: str, was: str, now: str, value: str, why: str) -> None:
        found[variable] = value
        changes.append(Change(kind="setting", name=name, was=was, now=now, why=why))

    memory, shm, most = int(service.mem_limit), int(service.shm_size), int(host.memory * LEFT)
    if memory > host.memory:
        why = f"this host has {memory_size(host.memory)}"
        lower("memory", "TORCH_STARTER_CONTAINER_MEMORY", memory_size(memory), memory_size(most), f"{most}b", why)
        memory = most
    if shm > memory > 0:
        half = memory // 2
        why = "shared memory counts as memory"
        lower("shm", "TORCH_STARTER_CONTAINER_SHM", memory_size(shm), memory_size(half), f"{half}b", why)
    if service.cpus > host.cpus:
        count = str(host.cpus)
        why = f"this host has {count}, and the engine refuses more"
        lower("cpus", "TORCH_STARTER_CONTAINER_CPUS", f"{service.cpus:g}", count, count, why)
    usable = max(1, int(min(service.cpus or host.cpus, host.cpus)))
    if usable < threads:
        lower("threads", "TORCH_STARTER_THREADS_COUNT", str(threads), str(usable), str(usable), "as many as there are CPUs")
    return Lowered(found, tuple(changes))


def refused_rlimit(said: str) -> bool:
    """Whether the engine could not set a limit of the system because it may not raise it that far itself."""
    return "error setting rlimit" in said


def below(service: Service, proc_limits: str) -> Lowered:
    """The limits of the system, lowered to the hard ones in the text of /proc/self/limits of a container without any of them."""
    hard = hard_limits(proc_limits)
    found, changes = dict[str, str](), list[Change]()
    for name, wanted in service.ulimits.items():
        most = hard.get(name)
        if most is not None and isinstance(wanted, int) and (wanted < 0 or wanted > most):
            found[f"TORCH_STARTER_ULIMIT_{name.upper()}"] = str(most)
            was = "unlimited" if wanted < 0 else str(wanted)
            why = "the engine may not go higher on this host"
            changes.append(Change(kind="setting", name=name, was=was, now=str(most), why=why))
    return Lowered(found, tuple(changes))


PROC_NAMES = {
    "Max open files": "nofile",
    "Max stack size": "stack",
    "Max locked memory": "memlock",
    "Max processes": "nproc",
    "Max core file size": "core",
}


def hard_limits(text: str) -> Mapping[str, int | None]:
    """The hard limits by the engine's names; None: unlimited."""
    found: dict[str, int | None] = {}
    for line in text.splitlines():
        name = next((name for title, name in PROC_NAMES.items() if line.startswith(title)), None)
        words = line.split()
        if name and len(words) >= 5:
            hard = words[-2] if not words[-1].isdigit() and words[-1] != "unlimited" else words[-1]
            found[name] = int(hard) if hard.isdigit() else None
    return found
