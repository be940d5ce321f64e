"""What each GPU says of itself: memory that others hold, errors, clocks that are held down."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.checks._visible import HIDDEN, hides_all, left
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.facts.gpu import Device, Gpu

MOST = 0.5  # of a GPU's memory that may be taken before we begin


def devices(evidence: Evidence) -> dict[int, Device]:
    """The GPUs that NVML lists and that a program of ours would use, by number; raises Absent where there are none."""
    found = evidence.facts[Gpu].devices
    if not found:
        raise Absent("NVML lists no GPU")
    if hides_all(evidence):
        raise Absent(HIDDEN)
    return left(evidence, found)


def memory_used(evidence: Evidence) -> Iterator[Finding]:
    """Before anything of ours runs, the memory is there to be used."""
    known = [(i, each, each.used) for i, each in devices(evidence).items() if each.used is not None and each.memory]
    if not known:
        raise Absent("no GPU tells how much of its memory is used")
    full = [(i, each) for i, each, used in known if used > MOST * each.memory]
    yield Finding(
        id="gpu.memory-used",
        verdict="warn" if full else "ok",
        title="the GPUs' memory is free",
        seen=", ".join(f"GPU {i}: {used / 1e9:.1f} of {each.memory / 1e9:.1f} GB used" for i, each, used in known),
        wanted=f"at most {MOST:.0%} used by other processes" if full else "",
        remedy="nvidia-smi --query-compute-apps=pid,used_memory,name --format=csv" if full else "",
    )


def health(evidence: Evidence) -> Iterator[Finding]:
    """Errors that memory could not correct, memory that is worn, clocks that heat or power holds down."""
    ours = devices(evidence)
    faults = {i: tuple(faults_of(each)) for i, each in ours.items()}
    found = [f"GPU {i}: {', '.join(each)}" for i, each in faults.items() if each]
    worn = any(each.worn for each in ours.values())
    yield Finding(
        id="gpu.health",
        verdict="fail" if worn else "warn" if found else "ok",
        title="the GPUs report no fault",
        seen="; ".join(found) or f"{len(faults)} GPUs: no uncorrected error, no slowdown by heat or power",
        wanted="none of these: they end trainings, or make them slow" if found else "",
        remedy="replace the GPU" if worn else "nvidia-smi -q -d ECC,ROW_REMAPPER,PERFORMANCE,TEMPERATURE" if found else "",
    )


def faults_of(device: Device) -> Iterator[str]:
    """The faults of one GPU in words."""
    if device.worn:
        yield "no spare memory rows are left"
    if device.lost:
        yield f"{device.lost} memory errors that could not be corrected"
    if device.mending:
        yield "bad memory rows are replaced at the next reset"
    if device.throttled:
        yield f"held down by {device.throttled}"


CHECKS = (
    Check(
        "gpu.memory-used",
        "memory that others hold",
        "What another process holds cannot be allocated: a training that fitted yesterday runs out of memory.",
        memory_used,
        level="quick",
        found="Used and total memory by NVML, of each GPU that CUDA_VISIBLE_DEVICES leaves.",
        mend="End the process that holds it, or take another GPU.",
        source="NVIDIA, NVML API reference: nvmlDeviceGetMemoryInfo",
    ),
    Check(
        "gpu.health",
        "faults that GPUs report",
        "A GPU counts what it could not correct and says why it is slow; nobody reads it until a training fails.",
        health,
        level="quick",
        found="Uncorrected ECC errors, remapped rows, why clocks are lowered: by NVML, of GPUs that CUDA_VISIBLE_DEVICES leaves.",
        mend="Reset or replace the GPU; see to its cooling and power.",
        source="NVIDIA, GPU Memory Error Management; NVML API reference: clocks event reasons",
    ),
)
