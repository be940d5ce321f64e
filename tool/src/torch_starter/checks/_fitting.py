"""Whether the spec has a build for the GPUs that are here. Set-up chooses by the same rule, in making/accelerator.py."""

from __future__ import annotations

from packaging.version import Version

from torch_starter.core.evidence import Evidence
from torch_starter.core.spec import Accelerator
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.system import System


def none_fits(evidence: Evidence, found: Gpu) -> str:
    """Why none of the builds for GPUs fits this machine; empty where one does."""
    architecture = evidence.facts[System].architecture
    rows = {name: row for name, row in evidence.spec.accelerators.items() if row.cuda is not None}
    misfits = {name: misfit(row, found, architecture) for name, row in rows.items()}
    if not all(misfits.values()):
        return ""
    gpus = ", ".join(sorted({device.capability for device in found.devices if device.capability}))
    seen = f"driver {found.driver}" + (f", compute capability {gpus}" if gpus else "")
    return f"{seen}: no build fits ({'; '.join(f'{name} {why}' for name, why in misfits.items())})"


def misfit(row: Accelerator, found: Gpu, architecture: str) -> str:
    """Why a build does not fit, in words; empty where it fits."""
    if architecture not in row.architectures:
        return f"is not for {architecture}"
    if row.driver and Version(found.driver) < Version(row.driver):
        return f"needs driver {row.driver}"
    low, high = row.capability or (None, None)
    for each in (device.capability for device in found.devices if device.capability):
        if low and high and not Version(low) <= Version(each) <= Version(high):
            return f"has no kernels for compute capability {each}"
    return ""
