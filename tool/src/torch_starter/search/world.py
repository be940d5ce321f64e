"""What the search for a working set needs of the world: to resolve, to try, and to ask which releases there are."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from packaging.utils import canonicalize_name
from packaging.version import Version

from torch_starter.core.trial import Trial

Bounds = Mapping[str, str]  # package -> what is allowed of it, such as "<4.52"


@dataclass(frozen=True)
class Candidate:
    """A resolved set: the versions that belong onto this machine, and the text of the lock."""

    versions: Mapping[str, str]
    text: str = ""
    remark: str = ""

    def version(self, package: str) -> Version:
        """The version of a package; the lowest there is where it is not in the set."""
        return Version(self.versions.get(canonicalize_name(package), "0.dev0"))


@dataclass(frozen=True)
class Aim:
    """What is wanted: `order` names packages, those that should stay newest first; the `preferred` ones by the user's own word.

    `before` is a set that was proven, or empty.
    """

    order: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict)

    def quality(self, candidate: Candidate) -> tuple[Version, ...]:
        """Sorts sets: of two, the greater keeps the earlier package of the order newer."""
        rest = sorted(set(candidate.versions) - set(self.order))
        return tuple(candidate.version(name) for name in (*self.order, *rest))


class World(Protocol):
    """Where sets are resolved and tried."""

    def propose(self, bounds: Bounds) -> Candidate | None:
        """The newest set within bounds; None where no set of releases agrees with itself."""
        ...

    def examine(self, candidate: Candidate, asked: Set[str]) -> Trial:
        """Try a set, or remember it: at least the findings `asked`, and all of them where it is empty. Raises OutOfTime."""
        ...

    def older(self, package: str, version: str, line: bool) -> str | None:
        """The next release of a package below a version, within the ranges; with `line`, below its whole minor release."""
        ...

    def released(self, candidate: Candidate) -> Mapping[str, datetime]:
        """When the packages of a set were published, as far as the index tells."""
        ...

    def known(self) -> tuple[Trial, ...]:
        """The trials of this run."""
        ...


class OutOfTime(Exception):
    """The user's budget does not allow another trial."""
