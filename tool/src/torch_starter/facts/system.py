"""The operating system."""

from __future__ import annotations

import os
import platform
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine

ROOT = Path("/")
NAMED = ("KUBERNETES_SERVICE_HOST", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER")


class System(Fact, frozen=True):
    """Operating system, kernel, C library, and whether this is WSL or a container."""

    key: ClassVar[str] = "system"
    os: str
    kernel: str
    architecture: str
    libc: str
    distribution: str
    wsl: bool
    container: bool

    @classmethod
    def gather(cls, machine: Machine) -> System:
        release = machine.files.read(Path("/etc/os-release")) or ""
        fields = dict(line.split("=", 1) for line in release.splitlines() if "=" in line)
        kernel = platform.release()
        return cls(
            os=platform.system(),
            kernel=kernel,
            architecture=platform.machine(),
            libc=c_library(),
            distribution=fields.get("PRETTY_NAME", "").strip('"'),
            wsl="microsoft" in kernel.lower(),
            container=in_container(machine.variables),
        )


def c_library() -> str:
    """The C library and its version; of musl, which Python does not know in all its versions, the name alone."""
    return " ".join(platform.libc_ver()) if "musl" not in str(sysconfig.get_config_var("SOABI")) else "musl"


def in_container(variables: Mapping[str, str] = os.environ, root: Path = ROOT) -> bool:
    """Docker and Podman leave a file, Kubernetes and Apptainer set a variable; dev.sh asks the same.

    systemd writes down in what it runs, which is called wsl where that is WSL: no container.
    """
    if any((root / name).exists() for name in (".dockerenv", "run/.containerenv")) or any(map(variables.get, NAMED)):
        return True
    kind = LocalFiles().read(root / "run" / "systemd" / "container")
    return kind is not None and kind.strip() != "wsl"
