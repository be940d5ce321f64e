"""What no package metadata declares: which releases belong together, and which do not. The data is in knowledge.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from packaging.specifiers import SpecifierSet
from packaging.version import Version

FILE = Path(__file__).with_suffix(".toml")


class TorchRelease(msgspec.Struct, frozen=True):
    """One minor release of torch: the CUDA of its wheels, and the minor releases of its companions ("none": no one fits)."""

    torch: str
    cuda: str
    torchvision: str
    torchaudio: str


class Break(msgspec.Struct, frozen=True):
    """Two packages that do not work together, though a resolver is content."""

    package: str
    versions: str
    beside: str
    beside_versions: str
    says: str
    sign: str

    def met_by(self, installed: dict[str, str]) -> bool:
        """Whether an environment (normalised name -> version) has both."""
        return all(
            name in installed and SpecifierSet(versions, prereleases=True).contains(installed[name])
            for name, versions in ((self.package, self.versions), (self.beside, self.beside_versions))
        )


class Knowledge(msgspec.Struct, frozen=True):
    """All of knowledge.toml."""

    torch: tuple[TorchRelease, ...]
    breaks: tuple[Break, ...] = msgspec.field(name="break")


@cache
def knowledge() -> Knowledge:
    """The data, read once."""
    return msgspec.toml.decode(FILE.read_bytes(), type=Knowledge)


def minor(version: str) -> str:
    """ "2.14" of "2.14.1+cu130"."""
    release = Version(version).release
    return f"{release[0]}.{release[1] if len(release) > 1 else 0}"


def torch_release(version: str) -> TorchRelease | None:
    """The row of a torch version; None where the table does not know it."""
    return next((row for row in knowledge().torch if row.torch == minor(version)), None)
