"""Whether a build of PyTorch fits a machine: what set-up chooses by, and what checks hold a choice against."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.version import Version

from torch_starter.core.spec import Accelerator, Spec


@dataclass(frozen=True)
class Host:
    """What the choice depends on. `driver` None: no NVIDIA driver; `capabilities`: one for each GPU, such as "9.0"."""

    architecture: str
    driver: str | None = None
    capabilities: tuple[str, ...] = ()
    no_gpu_because: str = "no NVIDIA driver is loaded"


def misfit(accelerator: Accelerator, host: Host) -> str | None:
    """Why a build does not fit a machine, in words; None where it fits."""
    if host.architecture not in accelerator.architectures:
        return f"is not for {host.architecture}"
    if accelerator.driver and host.driver and Version(host.driver) < Version(accelerator.driver):
        return f"needs driver {accelerator.driver}"
    if accelerator.capability:
        low, high = (Version(bound) for bound in accelerator.capability)
        for capability in host.capabilities:
            if not low <= Version(capability) <= high:
                return f"has no kernels for compute capability {capability}"
    return None


def none_fits(spec: Spec, host: Host) -> str:
    """Why none of the builds for GPUs fits a machine; empty where one does."""
    rows = {name: row for name, row in spec.accelerators.items() if row.cuda is not None}
    why_not = {name: misfit(row, host) for name, row in rows.items()}
    if None in why_not.values():
        return ""
    return f"{describe(host)}: no build fits ({'; '.join(f'{name} {why}' for name, why in why_not.items())})"


def describe(host: Host) -> str:
    """The machine in a few words."""
    gpus = ", ".join(sorted(set(host.capabilities)))
    return f"driver {host.driver}" + (f", compute capability {gpus}" if gpus else "")
