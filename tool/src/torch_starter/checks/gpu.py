"""GPUs: the driver, the build of PyTorch that fits, and a computation on each."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from torch_starter.checks._answers import from_answer
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.facts.gpu import Gpu

COMPUTE = "gpu.compute"


def driver(evidence: Evidence) -> Iterator[Finding]:
    found, title = evidence.facts[Gpu], "the driver runs the CUDA of the installed torch"
    bounds = evidence.spec.accelerators.get(evidence.accelerator)
    if not evidence.ours or bounds is None or bounds.driver is None:
        yield Finding(id="gpu.driver", verdict="ok", title=title, seen=f"driver {found.driver}")
        return
    have = Version(found.driver)
    enough = have >= Version(bounds.driver)
    full = enough and (bounds.driver_full is None or have >= Version(bounds.driver_full))
    yield Finding(
        id="gpu.driver",
        verdict="ok" if enough else "fail",
        title=title,
        seen=f"driver {found.driver}, CUDA {bounds.cuda}"
        + ("" if full or not enough else f": with limits below {bounds.driver_full}"),
        wanted="" if enough else f"driver {bounds.driver} or newer",
        remedy="" if enough else "./dev.sh setup --accelerator auto",
    )


def build(evidence: Evidence) -> Iterator[Finding]:
    """A build for the CPU beside a GPU is the commonest mistake of all."""
    found, title = evidence.facts[Gpu], "the installed torch is one for GPUs"
    torch = evidence.installed.distributions.get("torch")
    if torch is None:
        yield Finding(id="gpu.build", verdict="skip", title=title, seen="torch is not installed")
        return
    on_cpu = torch.flavour == "cpu" or (evidence.ours and evidence.accelerator == "cpu")
    yield Finding(
        id="gpu.build",
        verdict="fail" if on_cpu else "ok",
        title=title,
        seen=f"torch {torch.version}, built for {torch.flavour or 'an unknown CUDA'}; {len(found.devices)} GPUs here",
        wanted="a CUDA build" if on_cpu else "",
        remedy="./dev.sh setup --accelerator auto" if on_cpu else "",
    )


def capability(evidence: Evidence) -> Iterator[Finding]:
    """A wheel has kernels for some compute capabilities only: on others the first operation fails."""
    found, title = evidence.facts[Gpu], "the build has kernels for every GPU"
    bounds = evidence.spec.accelerators.get(evidence.accelerator)
    have = [device.capability for device in found.devices if device.capability]
    if not evidence.ours or bounds is None or bounds.capability is None or not have:
        yield Finding(id="gpu.capability", verdict="skip", title=title, seen="the build's compute capabilities are not known")
        return
    low, high = (Version(bound) for bound in bounds.capability)
    missing = sorted({each for each in have if not low <= Version(each) <= high})
    yield Finding(
        id="gpu.capability",
        verdict="fail" if missing else "ok",
        title=title,
        seen=", ".join(f"{device.name}: {device.capability}" for device in found.devices),
        wanted=f"{low} to {high} for {evidence.accelerator}" if missing else "",
        remedy="./dev.sh setup --accelerator auto" if missing else "",
    )


def compute(evidence: Evidence) -> Iterator[Finding]:
    evidence.facts[Gpu]  # raises Absent where there is none, and this check is skipped
    yield from_answer(
        "gpu.compute", "every GPU computes, and computes right", evidence, evidence.answers.get(COMPUTE), "nvidia-smi"
    )


def probes(evidence: Evidence) -> Iterator[str]:
    try:
        evidence.facts[Gpu]
    except (Absent, Unknown):
        return
    yield COMPUTE


CHECKS = (
    Check(
        "gpu.driver", "driver and CUDA", "A driver runs the CUDA releases of its time and, with limits, newer minor ones.", driver
    ),
    Check("gpu.build", "a build for GPUs", "A CPU build beside a GPU trains slowly and says nothing.", build),
    Check("gpu.capability", "kernels for each GPU", "A wheel has kernels for some compute capabilities only.", capability),
    Check(
        "gpu.compute",
        "each GPU computes",
        "torch.cuda.is_available() proves nothing: a kernel does.",
        compute,
        dynamic_probes=probes,
        fresh=True,
    ),
)
