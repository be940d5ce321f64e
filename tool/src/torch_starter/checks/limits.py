"""What the operating system and the control groups let one user or process have."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.checks._amounts import amount
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.facts.cgroup import ControlGroup
from torch_starter.facts.limits import Limits

MB = 2**20
THREAD_SIGNS = (
    r"Resource temporarily unavailable|can't start new thread|Thread creation failed|pthread_create failed|BlockingIOError"
)
MAPPING_SIGNS = r"failed to map segment|Cannot allocate memory|MemoryError|can't allocate memory|can't start new thread"


def open_files(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[Limits].open_files
    why, remedy = "data loaders share tensors by file descriptors", "ulimit -n 65536"
    title = "open files that a process may have"
    yield amount("system.open-files", title, found, warn=1024, fail=256, remedy=remedy, why=why, show=str)


def processes(evidence: Evidence) -> Iterator[Finding]:
    title, found = "processes and threads that a user may have", evidence.facts[Limits]
    if found.root:
        yield Finding(id="system.processes", verdict="skip", title=title, seen="the limit does not hold for root")
        return
    why = "every thread of every program counts"
    yield amount("system.processes", title, found.processes, warn=512, fail=64, remedy="ulimit -u 4096", why=why, show=str)


def pids(evidence: Evidence) -> Iterator[Finding]:
    title, found = "processes and threads that the control group leaves", evidence.facts[ControlGroup]
    if found.pids_limit is None:
        yield Finding(id="system.pids", verdict="ok", title=title, seen="no limit")
        return
    used = found.pids_used or 0
    yield amount(
        "system.pids",
        title,
        max(0, found.pids_limit - used),
        warn=256,
        fail=32,
        seen=f"{used} of {found.pids_limit} are there already",
        why="left for threads and workers",
        remedy="start the container with --pids-limit=4096, or end what runs in it",
        show=str,
    )


def stack(evidence: Evidence) -> Iterator[Finding]:
    title, found = "stack of a thread", evidence.facts[Limits].stack
    why = "threads get as much, and deep calls in compiled code need it"
    yield amount("system.stack", title, found, warn=MB, fail=MB // 8, remedy="ulimit -s 8192", why=why)


def memlock(evidence: Evidence) -> Iterator[Finding]:
    title, found = "memory that may be locked", evidence.facts[Limits]
    if not found.infiniband:
        yield Finding(id="system.memlock", verdict="skip", title=title, seen="no InfiniBand here, which alone needs it")
        return
    why = "InfiniBand locks all that NCCL sends"
    yield amount("system.memlock", title, found.memlock, warn=2**30, remedy="ulimit -l unlimited", why=why)


def address_space(evidence: Evidence) -> Iterator[Finding]:
    title, found = "memory that a process may map", evidence.facts[Limits].address_space
    why, remedy = "libraries, threads and CUDA map far more than they use", "ulimit -v unlimited, or use a node for computing"
    yield amount("system.address-space", title, found, warn=16 * 2**30, fail=4 * 2**30, remedy=remedy, why=why)


def low_files(evidence: Evidence) -> Iterator[Cause]:
    if bad(open_files(evidence)):
        yield Cause("system.open-files", sign="Too many open files|received 0 items of ancdata")


def few_tasks(evidence: Evidence) -> Iterator[Cause]:
    if bad(pids(evidence)):
        yield Cause("system.pids", sign=THREAD_SIGNS)


def few_processes(evidence: Evidence) -> Iterator[Cause]:
    if bad(processes(evidence)):
        yield Cause("system.processes", sign=THREAD_SIGNS)


def small_space(evidence: Evidence) -> Iterator[Cause]:
    if bad(address_space(evidence)):
        yield Cause("system.address-space", sign=MAPPING_SIGNS)


def bad(findings: Iterator[Finding]) -> bool:
    """Whether a limit was found that may end a program."""
    return any(finding.verdict in ("warn", "fail") for finding in findings)


CHECKS = (
    Check(
        "system.open-files",
        "open files",
        "A low limit ends a training with many workers.",
        open_files,
        level="quick",
        found="The soft limit, as of `ulimit -n`.",
        mend="ulimit -n 65536, or nofile in the container's ulimits.",
        source="pytorch#973: received 0 items of ancdata",
        causes=low_files,
    ),
    Check(
        "system.processes",
        "processes of a user",
        "Each worker starts threads of its own, and each of them counts.",
        processes,
        level="quick",
        found="The soft limit, as of `ulimit -u`.",
        mend="ulimit -u 4096.",
        source="OpenBLAS's message: blas_thread_init: pthread_create failed",
        causes=few_processes,
    ),
    Check(
        "system.pids",
        "processes in the control group",
        "A container's limit on processes counts threads too; where it is reached, libraries end the program.",
        pids,
        level="quick",
        found="pids.max and pids.current of each control group above us.",
        mend="--pids-limit=4096 for a container.",
        source="pytorch#193859: libgomp: Thread creation failed",
        causes=few_tasks,
    ),
    Check(
        "system.stack",
        "the stack",
        "Threads take as much as this limit says; too little of it is a segmentation fault.",
        stack,
        level="quick",
        found="The soft limit, as of `ulimit -s`.",
        mend="ulimit -s 8192.",
        source="The manual of pthread_create; measured: torch does not start with 64 kB, and does with 128",
    ),
    Check(
        "system.memlock",
        "locked memory",
        "InfiniBand reads memory that cannot be moved away: NCCL fails where too little may be locked.",
        memlock,
        level="quick",
        found="The soft limit, as of `ulimit -l`, where there is an InfiniBand device.",
        mend="ulimit -l unlimited, or memlock in the container's ulimits.",
        source="mlock(2): ENOMEM above the limit",
    ),
    Check(
        "system.address-space",
        "mapped memory",
        "Nodes for logging in often limit it, and then libraries do not load or threads do not start.",
        address_space,
        level="quick",
        found="The soft limit, as of `ulimit -v`.",
        mend="ulimit -v unlimited, or a node for computing.",
        source="Measured: importing torch 2.11 for the CPU fails with 3 GB, and works with 4",
        causes=small_space,
    ),
)
