"""Reading a lock: exact versions with hashes, for every platform at once, and no index address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from torch_starter.core.problems import WrongSpec

PIN = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?$")
HASH = re.compile(r"^\s+--hash=sha256:(?P<hash>[0-9a-f]{64})\s*\\?$")


@dataclass(frozen=True)
class Pin:
    """One package at one version. `marker` says on which platforms; empty means everywhere."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    def applies(self, environment: Mapping[str, str]) -> bool:
        """Whether it belongs into an environment with these marker values (PEP 508)."""
        return not self.marker or Marker(self.marker).evaluate(dict(environment))


def parse(text: str, name: str) -> tuple[Pin, ...]:
    """The pins of a lock called `name`; raises WrongSpec, naming the line, for anything else than pins and comments."""
    pins: list[Pin] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if (found := PIN.match(line)) and is_sound(found["version"], found["marker"]):
            pins.append(Pin(canonicalize_name(found["name"]), found["version"], found["marker"] or "", ()))
        elif (found := HASH.match(line)) and pins:
            last = pins.pop()
            pins.append(Pin(last.name, last.version, last.marker, (*last.hashes, found["hash"])))
        else:
            raise WrongSpec(
                "lock.syntax", f"{name} line {number} is neither a pin nor a hash: {line.strip()[:60]}", f"git checkout -- {name}"
            )
    if unhashed := [pin.name for pin in pins if not pin.hashes]:
        raise WrongSpec("lock.unhashed", f"{name} has no hash for {unhashed[0]}", f"git checkout -- {name}")
    return tuple(pins)


def digest(text: str) -> str:
    """By which one lock is told from another."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_sound(version: str, marker: str | None) -> bool:
    """Whether version and marker are such as Python packaging knows."""
    try:
        return bool(Version(version)) and (marker is None or bool(Marker(marker)))
    except (InvalidVersion, InvalidMarker):
        return False


def selected(pins: tuple[Pin, ...], environment: Mapping[str, str]) -> dict[str, str]:
    """Name -> version of the pins that belong into one environment."""
    return {pin.name: pin.version for pin in pins if pin.applies(environment)}


def cuda_version(versions: Mapping[str, str]) -> str | None:
    """The CUDA that the locked PyTorch wheels bring, such as "13.0"; None where they bring none."""
    for name, version in versions.items():
        if re.fullmatch(r"nvidia-cuda-runtime(-cu\d+)?", name):
            return ".".join(version.split(".")[:2])
    return None
