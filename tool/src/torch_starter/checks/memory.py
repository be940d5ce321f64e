"""Memory, shared memory, and whether someone was killed for want of it."""

from __future__ import annotations

import signal
from collections.abc import Iterator

from torch_starter.checks._amounts import amount
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.core.units import human_size
from torch_starter.facts.cgroup import ControlGroup
from torch_starter.facts.memory import Memory

ENOUGH_MEMORY = 2 * 2**30  # importing torch and transformers takes about 1 GB
LEAST_MEMORY = 2**29  # importing torch 2.11 takes as much
FREE_MEMORY = 2**29
DOCKER_SHM = 64 * 2**20  # what Docker gives by default is too little for a DataLoader
BATCH = 16 * 3 * 224 * 224 * 4  # bytes of 16 images of 3 x 224 x 224 in float32
LEAST_SHM = 2 * 2 * BATCH  # of two workers, which fetch two batches each: what the loaders' probe does
SHM_SIGNS = r"No space left on device|Bus error|[Uu]nable to allocate shared memory|SIGBUS|out of shared memory"
MEMORY_SIGNS = r"MemoryError|Cannot allocate memory|can't allocate memory|signal: Killed"


def memory(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[Memory]
    have = min(found.total, found.limit or found.total)
    told = f"{human_size(found.available)} free of {human_size(have)}"
    title, remedy = "memory", "give the machine or the container more memory"
    if have < ENOUGH_MEMORY:
        why = "importing torch and transformers takes about 1 GB"
        yield amount("system.memory", title, have, warn=ENOUGH_MEMORY, fail=LEAST_MEMORY, remedy=remedy, why=why, seen=told)
        return
    mend = "end what holds it: ps aux --sort=-rss | head"
    yield amount("system.memory", title, found.available, warn=FREE_MEMORY, remedy=mend, why="free for programs", seen=told)


def shm(evidence: Evidence) -> Iterator[Finding]:
    title, found = "shared memory for data loading", evidence.facts[Memory]
    if found.shm is None:
        yield Finding(id="system.shm", verdict="skip", title=title, seen="there is no /dev/shm here")
        return
    free = found.shm if found.shm_free is None else found.shm_free
    told = f"{human_size(found.shm)}, of which {human_size(free)} are free"
    why = "workers of a DataLoader pass batches through it"
    if found.shm > DOCKER_SHM and free < DOCKER_SHM:
        mend = "remove what crashed programs left: ls -lS /dev/shm"
        yield amount("system.shm", title, free, warn=DOCKER_SHM, fail=LEAST_SHM, remedy=mend, why=why, seen=told)
        return
    mend = "start the container with --shm-size=4g, else: sudo mount -o remount,size=4g /dev/shm"
    yield amount("system.shm", title, found.shm, warn=DOCKER_SHM + 1, fail=LEAST_SHM, remedy=mend, why=why, seen=told)


def oom_kills(evidence: Evidence) -> Iterator[Finding]:
    title, found = "nothing was killed for want of memory", evidence.facts[ControlGroup]
    if found.oom_kills is None:
        yield Finding(id="system.oom-kills", verdict="skip", title=title, seen="the control group does not count them")
        return
    killed = found.oom_kills > 0
    limit_told = "no limit" if found.memory_limit is None else f"a limit of {human_size(found.memory_limit)}"
    yield Finding(
        id="system.oom-kills",
        verdict="warn" if killed else "ok",
        title=title,
        seen=f"{found.oom_kills} so far in this container or session, whose memory has {limit_told}" if killed else "none so far",
        wanted="none: a training that ends without a word, with exit status 137, was one" if killed else "",
        remedy="a smaller batch or fewer workers, or more memory for the container" if killed else "",
    )


def too_little_shm(evidence: Evidence) -> Iterator[Cause]:
    if any(finding.verdict in ("warn", "fail") for finding in shm(evidence)):
        yield Cause("system.shm", sign=SHM_SIGNS, signal=signal.SIGBUS)


def too_little_memory(evidence: Evidence) -> Iterator[Cause]:
    if any(finding.verdict in ("warn", "fail") for finding in memory(evidence)):
        yield Cause("system.memory", sign=MEMORY_SIGNS, signal=signal.SIGKILL)


def killed(evidence: Evidence) -> Iterator[Cause]:
    """Those that were killed are counted after the probes have run: theirs are among them."""
    if any(finding.verdict == "warn" for finding in oom_kills(evidence)):
        yield Cause("system.oom-kills", sign="signal: Killed", signal=signal.SIGKILL)


CHECKS = (
    Check(
        "system.memory",
        "memory",
        "The machine's, or the tightest limit of a control group above us, and what of it is free.",
        memory,
        level="quick",
        found="The kernel's own count, and each control group of version 1 and 2.",
        mend="More memory, or an end to what holds it.",
        source="Measured: importing torch 2.11 takes 0.5 GB, with transformers about 1 GB",
        causes=too_little_memory,
    ),
    Check(
        "system.shm",
        "/dev/shm",
        "Workers of a DataLoader pass batches through it: too little is a bus error.",
        shm,
        level="quick",
        found="The size of /dev/shm, and what is free, against two workers with two batches of 16 images each.",
        mend="--shm-size=4g or --ipc=host for a container.",
        source="pytorch#5040; measured: with 8 MB a loader says `unable to allocate shared memory`",
        causes=too_little_shm,
    ),
    Check(
        "system.oom-kills",
        "processes killed for want of memory",
        "The kernel kills without a message to the program: a training just ends, with exit status 137.",
        oom_kills,
        level="quick",
        found="The counter oom_kill of our control group.",
        mend="Fewer workers, smaller batches, more memory.",
        source="The kernel's manual of control groups: memory.events and memory.oom_control",
        causes=killed,
    ),
)
