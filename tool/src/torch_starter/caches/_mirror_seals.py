"""The checksums of what came in bundles: the locks have those of each wheel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from torch_starter.core import lock
from torch_starter.core.lookout import Lookout
from torch_starter.core.problems import WrongSpec
from torch_starter.core.sealed import Seal, Sealed

Hashes = dict[tuple[str, str], tuple[str, ...]]


def sealed(lookout: Lookout, roots: Iterable[Path]) -> Iterator[Sealed]:
    """Every wheel that a lock names; others nobody vouches for."""
    known = hashes(lookout)
    for root in roots:
        for wheel in lookout.inside(root / "wheels"):
            if values := known.get(named(wheel.name)):
                seal = Seal(str(wheel), -1, "sha256", values)
                yield Sealed("mirror", wheel.name, str(root), (seal,), "./dev.sh cache import, with the bundle that it came in")


def named(wheel: str) -> tuple[str, str]:
    """Name and version of a wheel; empty ones of what is none."""
    try:
        name, version, _, _ = parse_wheel_filename(wheel)
    except InvalidWheelFilename:
        return "", ""
    return name, str(version)


def hashes(lookout: Lookout) -> Hashes:
    """What the locks of the project, and of the tool, say of each package. One that is no lock says nothing."""
    found: Hashes = {}
    locks = [path for path in lookout.inside(lookout.project.locks) if path.suffix == ".txt"]
    for path in (*locks, lookout.project.root / "tool" / "lock.txt"):
        try:
            pins = lock.parse(lookout.text(path), path.name)
        except WrongSpec:
            continue
        for pin in pins:
            found[pin.name, pin.version] = (*found.get((pin.name, pin.version), ()), *pin.hashes)
    return found
