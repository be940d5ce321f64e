"""The packages that are asked for in an audit: those of a lock, and those that are really installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from torch_starter.core.lock import Pin
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
    lines = {line.partition(" ")[0].partition("==")[0]: number for number, line in reversed([*enumerate(text.splitlines(), 1)])}
    exact = {line.split(" ")[0].split(";")[0]: number for number, line in enumerate(text.splitlines(), 1) if "==" in line}
    normal = {canonicalize_name(name): number for name, number in lines.items() if name and name[0].isalnum()}
    return [
        Package(
            pin.name, pin.version, Place(lock, exact.get(f"{pin.name}=={pin.version}", normal.get(canonicalize_name(pin.name))))
        )
        for pin in pins
    ]


def installed(environment: Path) -> Iterator[Package]:
    """Those in an environment, by the names of their folders."""
    for folder in sorted(environment.glob("lib*/python3*/site-packages/*.dist-info")):
        name, _, version = folder.name.removesuffix(".dist-info").rpartition("-")
        try:
            yield Package(canonicalize_name(name), str(Version(version.replace("_", "+"))))
        except InvalidVersion:
            continue  # a left-over that is no package


def asked_for(locked: Iterable[Package], installed: Iterable[Package]) -> list[Package]:
    """Each package and version once; what is locked and installed is told at its place in the lock."""
    found = {(each.name, each.public): each for each in installed}
    found |= {(each.name, each.public): each for each in locked}
    return [found[key] for key in sorted(found)]
