"""What benchmarks are planned from: the machine, the target, and where it may be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent


@dataclass(frozen=True)
class Storage:
    """What a folder lies on: its file system such as "ext4" ("": not told), the device's number, and what the device's link
    carries at most, in MB/s (0: not told).
    """

    filesystem: str = ""
    device: int = 0
    link: float = 0.0


@dataclass(frozen=True)
class Bed:
    """`threads`: processors that we may use. `devices`: GPUs as torch calls them, each with its name; `no_gpu` says why none.
    `capabilities`: their compute capabilities.

    `native` is the compiled program that measures limits, `no_native` why there is none. `folders`: what the disk is measured in,
    by what it is for, and `storage` what each lies on. `examples` is the project's folder of trainings. `quick`: the figures of
    the quick suite alone are wanted.
    """

    evidence: Evidence
    threads: int
    devices: Mapping[str, str] = field(default_factory=dict)
    capabilities: Mapping[str, str] = field(default_factory=dict)
    no_gpu: str = "there is no GPU"
    native: Path | None = None
    no_native: str = "there is no C compiler"
    folders: Mapping[str, Path] = field(default_factory=dict)
    storage: Mapping[str, Storage] = field(default_factory=dict)
    examples: Path = Path("examples")
    quick: bool = False

    @property
    def program(self) -> str:
        """The path of the native program; raises Absent where there is none."""
        if self.native is None:
            raise Absent(self.no_native)
        return str(self.native)

    @property
    def gpus(self) -> Mapping[str, str]:
        """The devices; raises Absent where there is none."""
        if not self.devices:
            raise Absent(self.no_gpu)
        return self.devices

    @property
    def thread_counts(self) -> tuple[int, ...]:
        """One thread, and all."""
        return (1, self.threads) if self.threads > 1 else (1,)

    def installed(self, package: str) -> str:
        """The version of a package of the target; raises Absent where it is not installed."""
        if (version := self.evidence.installed.versions.get(package)) is None:
            raise Absent(f"{package} is not installed")
        return version
