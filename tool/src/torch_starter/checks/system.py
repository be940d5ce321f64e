"""The machine under the environment."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.core.units import human_size
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.disk import Disk
from torch_starter.facts.limits import Limits
from torch_starter.facts.memory import Memory
from torch_starter.facts.system import System

SUPPORTED = {"Linux", "Darwin"}
LEAST_MEMORY = 2 * 2**30  # importing torch and transformers takes about 1 GB
LEAST_SHM = 64 * 2**20  # what Docker gives by default is too little for a DataLoader
LEAST_DISK = 2 * 2**30
LEAST_FILES = 1024


def system(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[System]
    good = found.os in SUPPORTED
    where = " in WSL" if found.wsl else " in a container" if found.container else ""
    yield Finding(
        id="system.platform",
        verdict="ok" if good else "fail",
        title="the platform is one that PyTorch has wheels for",
        seen=f"{found.distribution or found.os} {found.architecture}, {found.libc}{where}",
        wanted="" if good else "Linux x86_64 or aarch64, WSL2, macOS",
        remedy="" if good else "use WSL2, or the container",
    )


def cpu(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[Cpu]
    quota = f", quota {found.quota:g}" if found.quota else ""
    yield Finding(
        id="system.cpu", verdict="ok", title="processors", seen=f"{found.usable} of {found.count} usable{quota}: {found.model}"
    )


def memory(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[Memory]
    have = min(found.total, found.limit or found.total)
    yield enough("system.memory", "memory", have, LEAST_MEMORY, "give the machine or the container more memory")


def shm(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[Memory]
    title = "shared memory for data loading"
    if found.shm is None:
        yield Finding(id="system.shm", verdict="skip", title=title, seen="there is no /dev/shm here")
        return
    yield enough("system.shm", title, found.shm, LEAST_SHM + 1, "start the container with --shm-size=4g")


def disk(evidence: Evidence) -> Iterator[Finding]:
    yield enough(
        "system.disk",
        "free disk space",
        evidence.facts[Disk].free,
        LEAST_DISK,
        "free some space: du -sh ~/.cache/* .torch-starter",
    )


def limits(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[Limits].open_files
    good = found >= LEAST_FILES or found < 0
    yield Finding(
        id="system.open-files",
        verdict="ok" if good else "warn",
        title="open files that a process may have",
        seen=str(found),
        wanted="" if good else f"{LEAST_FILES}: data loaders share tensors by file descriptors",
        remedy="" if good else "ulimit -n 65536",
    )


def enough(id: str, title: str, have: int, least: int, remedy: str) -> Finding:
    """A finding on bytes that should be at least so many."""
    good = have >= least
    return Finding(
        id=id,
        verdict="ok" if good else "warn",
        title=title,
        seen=human_size(have),
        wanted="" if good else f"{human_size(least)} or more",
        remedy="" if good else remedy,
    )


CHECKS = (
    Check("system.platform", "operating system and architecture", "Wheels exist for some platforms only.", system, level="quick"),
    Check("system.cpu", "processors", "What a container or scheduler leaves us, not what the machine has.", cpu, level="quick"),
    Check("system.memory", "memory", "The machine's, or the control group's limit.", memory, level="quick"),
    Check(
        "system.shm",
        "/dev/shm",
        "Workers of a DataLoader pass batches through it: too little is a bus error.",
        shm,
        level="quick",
    ),
    Check("system.disk", "free disk space", "Environments, caches and checkpoints need it.", disk, level="quick"),
    Check("system.open-files", "open files", "A low limit ends a training with many workers.", limits, level="quick"),
)
