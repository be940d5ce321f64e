"""Processors, and how many threads would share them."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.system import System

READ = ("MKL_NUM_THREADS", "OMP_NUM_THREADS")  # in torch MKL's number wins
INTEL = {"x86_64", "AMD64"}


def cpu(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.facts[Cpu]
    old = bool(found.flags) and "avx2" not in found.flags and evidence.facts[System].architecture in INTEL
    quota = f", quota {found.quota:g}" if found.quota else ""
    yield Finding(
        id="system.cpu",
        verdict="warn" if old else "ok",
        title="processors",
        seen=f"{found.usable} of {found.count} usable{quota}: {found.model or 'model unknown'}{', without AVX2' if old else ''}",
        wanted="AVX2: without it operators are slow, and some packages end with an illegal instruction" if old else "",
        remedy="give the virtual machine the host's CPU model; do not emulate another architecture" if old else "",
    )


def threads(evidence: Evidence) -> Iterator[Finding]:
    """More threads than CPUs wait for each other at the end of every operator."""
    title, found = "threads that a program takes, and CPUs for them", evidence.facts[Cpu]
    name = next((name for name in READ if evidence.variables.get(name)), None)
    first = evidence.variables[name].split(",")[0].strip() if name else ""
    if name and not (first.isdigit() and int(first)):
        yield Finding(id="system.threads", verdict="skip", title=title, seen=f"{name} is no number: see variables.threads")
        return
    takes = int(first) if name else found.affinity  # libgomp counts the CPUs that our affinity allows, and knows no quota
    over = takes > found.most_threads
    by = next((each for each in READ if each in evidence.user_variables), name)  # the spec's others follow the one exported
    yield Finding(
        id="system.threads",
        verdict="warn" if over else "ok",
        title=title,
        seen=f"{takes} {f'by {by}' if name else 'by the CPUs that it sees'}, for {found.most_threads}",
        wanted=f"{found.most_threads} or fewer: more wait for each other, which was measured to cost 14 times the time"
        if over
        else "",
        remedy=f"export OMP_NUM_THREADS={found.usable} MKL_NUM_THREADS={found.usable}" if over else "",
    )


CHECKS = (
    Check(
        "system.cpu",
        "processors",
        "What a container or scheduler leaves us, not what the machine has, and whether they have AVX2.",
        cpu,
        level="quick",
        found="/proc/cpuinfo, our affinity, and the control groups above us.",
        mend="A CPU model with AVX2 for the virtual machine, an image for the machine's own architecture.",
        source="The manual of torch.backends.cpu.get_cpu_capability",
    ),
    Check(
        "system.threads",
        "threads against CPUs",
        "Libraries take every CPU that they see, also where a quota leaves them less.",
        threads,
        level="quick",
        found="MKL_NUM_THREADS or OMP_NUM_THREADS, else the affinity, against affinity and quota.",
        mend="[threads] in torch-starter.toml, or export both variables.",
        source="pytorch#193859; measured: two threads on CPUs that were taken made a loop of 4 s one of 57 s",
    ),
)
