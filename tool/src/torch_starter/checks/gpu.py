"""The NVIDIA driver and its libraries. Nothing here starts CUDA."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.version import Version

from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.spec import Accelerator
from torch_starter.facts.gpu import Gpu, GpusOnBus
from torch_starter.facts.system import System

NO_NODES = "the driver is loaded, and this container was given no GPU"
MISMATCH = re.compile("version mismatch", re.IGNORECASE)
NOT_OURS = ("vfio-pci", "pci-stub", "xen-pciback")  # the GPU is kept for a virtual machine


def driver(evidence: Evidence) -> Iterator[Finding]:
    """Three states: it runs the build with everything, with limits, or not at all."""
    title = "the driver runs the CUDA of the installed torch"
    try:
        found = evidence.facts[Gpu]
    except Absent as reason:
        yield without_driver(evidence, title, reason)
        return
    need, state = needed(evidence), suits(evidence, found)
    told = f"driver {found.driver}" + (f" (CUDA {found.cuda})" if found.cuda else "")
    yield Finding(
        id="gpu.driver",
        verdict="fail" if state == "too old" else "ok",
        title=title,
        seen=told + (f", torch is built for CUDA {need}" if need else "") + (f": {state}" if state else ""),
        wanted=f"driver {oldest(evidence)} or newer" if state == "too old" else "",
        remedy=driver_remedy(evidence, found) if state == "too old" else "",
    )


def without_driver(evidence: Evidence, title: str, reason: Absent) -> Finding:
    """No driver: right where there is no GPU, or one that is kept for a virtual machine."""
    try:
        waiting = {at: name for at, name in evidence.facts[GpusOnBus].drivers.items() if name not in NOT_OURS}
    except Unknown:
        waiting = {}
    if not waiting:
        return Finding(id="gpu.driver", verdict="skip", title=title, seen=str(reason))
    by = sorted({name or "no driver" for name in waiting.values()})
    return Finding(
        id="gpu.driver",
        verdict="fail" if needed(evidence) else "warn",
        title=title,
        seen=f"a GPU is on the bus and no NVIDIA driver is loaded ({', '.join(waiting)}: {', '.join(by)})",
        wanted="the driver of NVIDIA: without it torch computes on the CPU",
        remedy="install the NVIDIA driver from your distribution, then: sudo modprobe nvidia",
    )


def needed(evidence: Evidence) -> str:
    """The CUDA that torch was built for, such as "13.0"; empty for a build for the CPU, and where nothing says it."""
    torch = evidence.installed.distributions.get("torch")
    flavour = torch.flavour if torch else ""
    found = re.fullmatch(r"cu(\d+)(\d)", flavour)
    if found:
        return f"{found[1]}.{found[2]}"
    bounds = evidence.spec.accelerators.get(evidence.accelerator) if evidence.ours else None
    return str(bounds.cuda) if bounds and bounds.cuda and not flavour else ""


def bounds_of(evidence: Evidence) -> Accelerator | None:
    """The drivers that the build of torch needs, where the spec knows this build."""
    torch = evidence.installed.distributions.get("torch")
    name = evidence.accelerator if evidence.ours or torch is None else torch.flavour
    return evidence.spec.accelerators.get(name)


def suits(evidence: Evidence, found: Gpu) -> str:
    """How far the driver runs the build, in words. Within one major CUDA a driver runs newer minor ones, with limits."""
    bounds, need = bounds_of(evidence), needed(evidence)
    # with NVIDIA's package cuda-compat an older driver runs a newer CUDA
    brought_along = bool(need and found.cuda) and Version(found.cuda) >= Version(need)
    if bounds and bounds.driver:
        have = Version(found.driver)
        if have < Version(bounds.driver):
            return "" if brought_along else "too old"
        full = bounds.driver_full is None or have >= Version(bounds.driver_full)
        return "" if full else f"with limits below {bounds.driver_full}"
    if not need or not found.cuda or brought_along:
        return ""
    same_major = Version(found.cuda).major == Version(need).major
    return f"with limits below CUDA {need}" if same_major else "too old"


def oldest(evidence: Evidence) -> str:
    bounds = bounds_of(evidence)
    return str(bounds.driver) if bounds and bounds.driver else f"for CUDA {needed(evidence)}"


def driver_remedy(evidence: Evidence, found: Gpu) -> str:
    """Another build where it is our environment; the newest of the spec that this driver runs is named for others."""
    if evidence.ours:
        return "./dev.sh setup --accelerator auto"
    rows = evidence.spec.accelerators.items()
    fits = [name for name, row in rows if row.cuda and row.driver and Version(row.driver) <= Version(found.driver)]
    other = f"a torch built for {fits[0]}" if fits else "a torch built for the CPU"
    return f"install {other}, or NVIDIA driver {oldest(evidence)} or newer"


def nvml(evidence: Evidence) -> Iterator[Finding]:
    """The library in user space and the kernel module must be of one version."""
    found, title = evidence.facts[Gpu], "NVML and the kernel module fit"

    def finding(verdict: Verdict, seen: str, remedy: str = "") -> Finding:
        return Finding(id="gpu.nvml", verdict=verdict, title=title, seen=seen, remedy=remedy)

    if found.source == "NVML":
        yield finding("ok", f"driver {found.driver}, {len(found.devices)} GPUs")
    elif not_given(evidence, found):
        yield finding("skip", NO_NODES)
    elif MISMATCH.search(found.nvml):
        seen = f"{found.nvml}: the kernel module is {found.driver}, the libraries were updated since it was loaded"
        yield finding("fail", seen, "sudo reboot  (or reload the module: sudo rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia)")
    elif "not found" in found.nvml.lower():
        remedy = "add `utility` to NVIDIA_DRIVER_CAPABILITIES" if evidence.facts[System].container else "reinstall the driver"
        yield finding("warn", f"{found.nvml}: nvidia-smi and monitors do not work", remedy)
    else:
        yield finding("fail" if found.nvml else "unknown", found.nvml or "NVML was not asked", "nvidia-smi" if found.nvml else "")


def not_given(evidence: Evidence, found: Gpu) -> bool:
    """Whether this is a container that sees its host's driver and has none of its devices."""
    return found.files == {} and evidence.facts[System].container


CHECKS = (
    Check(
        "gpu.driver",
        "driver and CUDA",
        "A driver runs the CUDA releases of its time, newer minor ones with limits, and newer major ones not at all.",
        driver,
        level="quick",
        found="The driver's version by NVML or /proc against the spec's table for torch's build, else its CUDA against torch's.",
        mend="A build for an older CUDA, or a newer driver.",
        source="pytorch#4546; NVIDIA, CUDA Compatibility",
    ),
    Check(
        "gpu.nvml",
        "NVML",
        "After an update of the driver without a reboot its libraries no longer fit the loaded module, and nothing works.",
        nvml,
        level="quick",
        found="What NVML says when it is started.",
        mend="Reboot, or reload the kernel module.",
        source="NVIDIA, NVML API reference: NVML_ERROR_LIB_RM_VERSION_MISMATCH",
    ),
)
