"""The operating system under the environment: platform, clock, and what one process may see of another."""

from __future__ import annotations

import time
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.facts.clock import Clock
from torch_starter.facts.system import System
from torch_starter.facts.tracing import Tracing

WHEELS = {"Linux": ("x86_64", "aarch64"), "Darwin": ("arm64",)}  # of torch; for macOS on x86_64 there are none since 2.3
OTHER_PROCESSOR = {
    "Linux": "use a 64-bit system on a processor of one of these kinds",
    "Darwin": "on Apple silicon: a terminal and a Python that Rosetta does not translate; on Intel: the container",
}
LEAST_GLIBC = "2.28"  # the wheels of torch are manylinux_2_28 since 2.6
DAY = 86_400


def platform(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[System]
    where = " in WSL" if found.wsl else " in a container" if found.container else ""
    wrong, remedy = unsupported(found)
    yield Finding(
        id="system.platform",
        verdict="fail" if wrong else "ok",
        title="the platform is one that PyTorch has wheels for",
        seen=f"{found.distribution or found.os} {found.architecture}, {found.libc or 'C library unknown'}{where}",
        wanted=wrong,
        remedy=remedy,
    )


def unsupported(found: System) -> tuple[str, str]:
    """What is wanted instead of this system, and what to do; both empty where wheels of PyTorch run on it."""
    if found.os not in WHEELS:
        return "Linux x86_64 or aarch64, WSL2, macOS arm64", "use WSL2, or the container"
    if found.wsl and "Microsoft" in found.kernel:  # WSL2 writes it small
        return "WSL 2: version 1 has no GPU and no real Linux kernel", "wsl --set-version <distribution> 2"
    if found.os == "Linux" and found.libc.startswith("musl"):
        return "glibc: PyTorch has no wheels for musl", "use an image that is based on Debian or Ubuntu instead of Alpine"
    if found.architecture not in WHEELS[found.os]:
        return f"{' or '.join(WHEELS[found.os])}: PyTorch has no wheels for {found.architecture} there", OTHER_PROCESSOR[found.os]
    name, _, version = found.libc.partition(" ")
    try:
        old = name == "glibc" and Version(version) < Version(LEAST_GLIBC)
    except InvalidVersion:
        old = False
    if old:
        return f"glibc {LEAST_GLIBC} or newer: wheels of torch are built for that", "use a newer system, or the container"
    return "", ""


def clock(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[Clock]
    behind = found.newest - found.now
    wrong = behind > DAY
    yield Finding(
        id="system.clock",
        verdict="fail" if wrong else "ok",
        title="the clock is right",
        seen=date(found.now) + (f": {behind // DAY} days before files of this program were written" if wrong else ""),
        wanted=f"{date(found.newest)} or later: certificates are not valid yet, so nothing can be downloaded" if wrong else "",
        remedy="sudo timedatectl set-ntp true" if wrong else "",
    )


def date(seconds: int) -> str:
    """A day as people write it."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def wrong_clock(evidence: Evidence) -> Iterator[Cause]:
    if any(finding.verdict == "fail" for finding in clock(evidence)):
        yield Cause("system.clock", sign="certificate is not yet valid")


def ptrace(evidence: Evidence) -> Iterator[Finding]:
    """Not a warning: it matters to who profiles or debugs a process that runs already, and is often refused on purpose."""
    found = evidence.facts[Tracing]
    may = found.yama < 3 and (found.capability or found.yama == 0)
    told = "with SYS_PTRACE" if found.capability else f"kernel.yama.ptrace_scope is {found.yama}"
    yield Finding(
        id="system.ptrace",
        verdict="ok" if may else "skip",
        title="py-spy may look into a running process",
        seen=told if may else f"{told}: only into those that it starts itself",
    )


CHECKS = (
    Check(
        "system.platform",
        "operating system and architecture",
        "Wheels of PyTorch exist for some platforms and C libraries only.",
        platform,
        level="quick",
        found="The system, its architecture, its C library and its kernel's name.",
        mend="A newer system, a 64-bit one, WSL 2, or the container.",
        source="The tag manylinux_2_28 in the names of the wheels",
    ),
    Check(
        "system.clock",
        "the clock",
        "With a clock that is far behind, no certificate is valid: every download fails.",
        clock,
        level="quick",
        found="The time, against that of the newest file of this program.",
        mend="Set the clock, or let it be set.",
        source="OpenSSL's message: certificate is not yet valid",
        causes=wrong_clock,
    ),
    Check(
        "system.ptrace",
        "looking into processes",
        "What py-spy and gdb need to look into a process that hangs.",
        ptrace,
        level="quick",
        found="The capability SYS_PTRACE in /proc/self/status, and Yama's ptrace_scope.",
        mend="The debugging overlay of the container, or sudo py-spy.",
        source="py-spy#12, py-spy#459",
    ),
)
