"""Chooses the build of PyTorch for a machine: by its driver and the compute capability of every GPU."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.version import Version

from torch_starter.core.fitting import Host, describe, misfit, none_fits
from torch_starter.core.problems import Missing, WrongUsage
from torch_starter.core.spec import Accelerator, Spec

UNSUPPORTED = ("rocm", "xpu", "hpu", "tpu", "mps", "npu", "vulkan")
DOCS = "see docs/decisions/accelerators.md"


@dataclass(frozen=True)
class Choice:
    """An accelerator of the spec, and in one line why."""

    name: str
    reason: str
    asked: bool = False


def choose(spec: Spec, host: Host) -> Choice:
    """The first accelerator of the spec that fits; `cpu` where there is no GPU, or none that any fits.

    Raises Missing where the architecture is not supported at all.
    """
    if host.driver is None:
        return cpu(spec, host, host.no_gpu_because)
    for name, accelerator in spec.accelerators.items():
        if accelerator.cuda is not None and misfit(accelerator, host) is None:
            return Choice(name, f"{describe(host)}: {name} is the newest build that fits{limits(accelerator, host)}")
    return cpu(spec, host, none_fits(spec, host))


def cpu(spec: Spec, host: Host, reason: str) -> Choice:
    """The build that computes on the CPU."""
    for name, accelerator in spec.accelerators.items():
        if accelerator.cuda is None and host.architecture in accelerator.architectures:
            return Choice(name, f"{reason}: {name}")
    raise Missing("machine.unsupported", f"no build of PyTorch here is for {host.architecture}", DOCS)


def limits(accelerator: Accelerator, host: Host) -> str:
    """A remark for a driver that runs the build by minor-version compatibility only."""
    if accelerator.driver_full and host.driver and Version(host.driver) < Version(accelerator.driver_full):
        return f" (driver {accelerator.driver_full} or newer has all features)"
    return ""


def named(spec: Spec, name: str, architecture: str) -> Choice:
    """The accelerator that the user asked for; raises WrongUsage for one that is not in the spec, Missing for another maker's."""
    if name in spec.accelerators:
        if architecture not in spec.accelerators[name].architectures:
            raise Missing("accelerator.architecture", f"{name} has no build for {architecture}", DOCS)
        return Choice(name, f"{name}, as asked", asked=True)
    known = ", ".join(spec.accelerators)
    if name.lower().startswith(UNSUPPORTED):
        raise Missing("accelerator.unsupported", f"{name} is not supported; supported: {known}", "use --accelerator cpu")
    near = nearest(name, spec.accelerators)
    raise WrongUsage(
        "accelerator.unknown", f"there is no accelerator {name!r}; known: auto, {known}", f"use --accelerator {near}"
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """The known accelerator whose name is most alike."""
    return difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)[0]
