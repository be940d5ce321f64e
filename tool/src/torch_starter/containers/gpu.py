"""Whether containers can have this host's GPUs, and how the engine hands them on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from torch_starter.containers.engine import Info
from torch_starter.core.machine import Machine

CDI_FOLDERS = ("/etc/cdi", "/var/run/cdi")
KIND = re.compile(r"""^\s*["']?kind["']?\s*:\s*["']?nvidia\.com/gpu\b""", re.MULTILINE)
REFUSED = re.compile(
    r"could not select device driver|unresolvable CDI devices|nvidia-container-cli|unknown or invalid runtime name"
    r"|CDI device injection failed|failed to fulfil mount request: open /.*nvidia"
)
TOOLKIT = "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html"


@dataclass(frozen=True)
class Offer:
    """Whether there is a GPU for containers, why or why not, and the variables of compose.gpu.yaml that say how."""

    offered: bool
    why: str
    variables: dict[str, str]

    @property
    def words(self) -> tuple[str, ...]:
        """How `docker run` is told of them."""
        if not self.offered:
            return ()
        cdi = self.variables["TORCH_STARTER_GPU_DRIVER"] == "cdi"
        return ("--device", self.variables["TORCH_STARTER_GPU_DEVICES"]) if cdi else ("--gpus", "all")


def offer(machine: Machine, info: Info) -> Offer:
    """Ask nvidia-smi for GPUs, the engine for NVIDIA's runtime, and the folders of CDI for a description of them."""
    listed = machine.processes.run(["nvidia-smi", "-L"], timeout=30)
    return decide(listed.out if listed.ok else None, info, described(machine, info.cdi_folders or CDI_FOLDERS))


def decide(listed: str | None, info: Info, cdi: bool) -> Offer:
    """By what `nvidia-smi -L` printed (None: it failed, or is not there), the engine, and whether CDI describes GPUs."""
    if listed is None:
        return Offer(False, "nvidia-smi finds no driver here", {})
    count = sum(line.startswith("GPU ") for line in listed.splitlines())
    if not count:
        return Offer(False, "the driver shows no GPU", {})
    gpus = f"{count} GPU{'s' if count > 1 else ''}"
    if "nvidia" in info.runtimes:
        return Offer(True, f"{gpus}, handed on by NVIDIA's runtime", {"TORCH_STARTER_GPU_DRIVER": "nvidia"})
    if cdi:
        words = {"TORCH_STARTER_GPU_DRIVER": "cdi", "TORCH_STARTER_GPU_DEVICES": "nvidia.com/gpu=all"}
        return Offer(True, f"{gpus}, handed on by CDI", words)
    return Offer(False, f"{gpus}, and the engine has neither NVIDIA's runtime nor a CDI description: install {TOOLKIT}", {})


def described(machine: Machine, folders: Iterable[str]) -> bool:
    """Whether a CDI specification there describes NVIDIA GPUs."""
    paths = [path for folder in folders for path in sorted(Path(folder).glob("*")) if path.suffix in (".yaml", ".yml", ".json")]
    return any(
        KIND.search(machine.files.read(path) or "") or '"nvidia.com/gpu"' in (machine.files.read(path) or "") for path in paths
    )


def refused(said: str) -> bool:
    """Whether the engine could not hand a GPU on."""
    return REFUSED.search(said) is not None
