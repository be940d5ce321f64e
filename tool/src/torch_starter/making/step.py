"""How far each package moves from one set of versions to another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from packaging.utils import canonicalize_name
from packaging.version import Version

Kind = Literal["major", "minor", "patch", "down", "added", "removed"]

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Step:
    """A package at another version than it was; an empty version: it was not there, or is no more."""

    name: str
    was: str
    now: str

    @property
    def kind(self) -> Kind:
        """The first part of the version that moves. The build, such as +cpu, has no order: another one is a patch."""
        if not self.was or not self.now:
            return "removed" if self.was else "added"
        was, now = Version(Version(self.was).public), Version(Version(self.now).public)
        if now < was:
            return "down"
        if (was.epoch, was.major) != (now.epoch, now.major):
            return "major"
        return "minor" if was.minor != now.minor else "patch"


def steps(before: Mapping[str, str], after: Mapping[str, str], direct: Collection[str] = ()) -> tuple[Step, ...]:
    """What differs, major steps first; of each kind the packages that the project asks for itself (`direct`), then by name."""
    asked = {canonicalize_name(name) for name in direct}
    found = [Step(name, before.get(name, ""), after.get(name, "")) for name in before.keys() | after.keys()]
    moved = [step for step in found if not same(step.was, step.now)]
    return tuple(sorted(moved, key=lambda step: (KINDS.index(step.kind), canonicalize_name(step.name) not in asked, step.name)))


def same(one: str, other: str) -> bool:
    """Whether two versions are the same, however they are written: 1.0 and 1.0.0."""
    return one == other or (bool(one) and bool(other) and Version(one) == Version(other))
