"""The operating system."""

from __future__ import annotations

import platform
import sysconfig
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine


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
            container=in_container(),
        )


def c_library() -> str:
    """The C library and its version; of musl, which Python does not know in all its versions, the name alone."""
    return " ".join(platform.libc_ver()) if "musl" not in str(sysconfig.get_config_var("SOABI")) else "musl"


def in_container() -> bool:
    """Docker and Podman leave a file at the root; dev.sh asks the same."""
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()
