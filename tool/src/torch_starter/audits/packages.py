"""The packages that are asked for in an audit: those of a lock, and those that are really installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from torch_starter.core.lock import PIN, Pin
from torch_starter.core.place import Place

INSTALLED = "the environment"


@dataclass(frozen=True)
class Package:
    """One package at one version, under its normalised name. `place`: where a lock names it."""

    name: str
    version: str
    place: Place | None = None

    @property
    def public(self) -> str:
        """The version without what a build adds to it, such as +cu124: advisories do not know of that."""
        return str(Version(self.version).public)


def locked(pins: Iterable[Pin], text: str, lock: str) -> list[Package]:
    """Those of a lock, with their lines in it."""
    lines = {line.split()[0].partition(";")[0]: number for number, line in enumerate(text.splitlines(), 1) if PIN.match(line)}
    at: dict[tuple[str, str], int] = {
        (canonicalize_name(name), version): number
        for each, number in lines.items()
        for name, _, version in [each.partition("==")]
    }
    return [Package(pin.name, pin.version, Place(lock, at.get((pin.name, pin.version)))) for pin in pins]


def installed(environment: Path) -> Iterator[Package]:
    """Those in an environment, by the names of their folders."""
    for folder in sorted(environment.glob("lib*/python3*/site-packages/*.dist-info")):
        name, _, version = folder.name.removesuffix(".dist-info").rpartition("-")
        if not name[:1].isalnum():
            continue  # what pip leaves of a removal
        try:
            yield Package(canonicalize_name(name), str(Version(version.replace("_", "+"))))
        except InvalidVersion:
            continue  # a left-over that is no package


def asked_for(locked: Iterable[Package], installed: Iterable[Package]) -> list[Package]:
    """Each package and version once; what is locked and installed is told at its place in the lock."""
    found = {(each.name, each.public): each for each in installed}
    found |= {(each.name, each.public): each for each in locked}
    return [found[key] for key in sorted(found)]
