"""What benchmarks are planned from, on this machine and for this target."""

from __future__ import annotations

from pathlib import Path

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.bed import Bed, Storage
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.probing import Target, ask_fresh
from torch_starter.facts.compiler import Compiler
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.links import link
from torch_starter.facts.mounts import mounts
from torch_starter.facts.paths import look, nearest
from torch_starter.making import native

DEVICES = "settings.devices"


def make_bed(ask: Ask, evidence: Evidence, target: Target, quick: bool) -> Bed:
    """The bed; what is not there is in it as a reason."""
    program, no_program = native_program(ask)
    devices, no_gpu = gpus(ask, evidence, target)
    places = folders(ask, evidence)
    return Bed(
        evidence=evidence,
        threads=ask.facts[Cpu].usable,
        devices={device: name for device, (name, _) in devices.items()},
        capabilities={device: capability for device, (_, capability) in devices.items()},
        no_gpu=no_gpu,
        native=program,
        no_native=no_program,
        folders=places,
        storage={name: storage_of(ask, place) for name, place in places.items()},
        examples=ask.project.root / "examples",
        quick=quick,
    )


def native_program(ask: Ask) -> tuple[Path | None, str]:
    """The program that measures limits, or why there is none."""
    try:
        return native.program(ask.machine, ask.project, ask.facts[Compiler], ask.facts[Cpu]), ""
    except (Absent, Unknown) as reason:
        return None, str(reason)


def gpus(ask: Ask, evidence: Evidence, target: Target) -> tuple[dict[str, tuple[str, str]], str]:
    """The GPUs as torch in the target numbers them, each with its name and compute capability, or why there is none.

    The driver numbers them otherwise, and knows nothing of CUDA_VISIBLE_DEVICES.
    """
    try:
        ask.facts[Gpu]
    except (Absent, Unknown) as reason:
        return {}, str(reason)
    if evidence.accelerator == "cpu":
        return {}, "the build of PyTorch that is installed computes on processors alone"
    answer = ask_fresh(ask.machine, target, DEVICES, timeout=60.0)
    if not answer.ok:
        return {}, f"torch cannot tell its GPUs: {answer.error or answer.outcome}"
    return msgspec.convert(answer.value, dict[str, tuple[str, str]]), "torch sees no GPU"


def folders(ask: Ask, evidence: Evidence) -> dict[str, Path]:
    """Where caches lie, and where data is: the project. Of what is not there yet, what it would be made in."""
    cache = next((Path(state.path) for name, state in evidence.paths.items() if name.startswith("cache ")), None)
    return {**({"cache": nearest(cache)} if cache else {}), "data": nearest(ask.project.state)}


def storage_of(ask: Ask, folder: Path) -> Storage:
    """What a folder lies on. What a virtual machine tells of its links need not be so."""
    state = look(folder, mounts(ask.machine.files))
    virtual = "hypervisor" in (ask.machine.files.read(Path("/proc/cpuinfo")) or "")
    return Storage(state.filesystem, state.device, 0.0 if virtual else link(state.device))
