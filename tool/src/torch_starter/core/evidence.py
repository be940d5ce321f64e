"""What a check reads: facts of the machine, what the target answered, and what is wanted of it. Gathered before any check."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from torch_starter.core.cause import Cause
from torch_starter.core.facts import Facts
from torch_starter.core.probing import Answer
from torch_starter.core.spec import Spec


class Interpreter(msgspec.Struct, frozen=True):
    """What the target's interpreter says of itself. `markers` are the variables of PEP 508."""

    version: str
    implementation: str
    executable: str
    prefix: str
    base_prefix: str
    base_executable: str
    base_exists: bool
    path: tuple[str, ...]
    user_site: str
    markers: dict[str, str]


class Distribution(msgspec.Struct, frozen=True):
    """One installed package.

    `flavour` is what its wheel was built with, such as cu130, where it says so; `metadata` the path of its folder of
    metadata, `installer` the program that put it there, such as "uv".
    """

    version: str
    requires: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    flavour: str = ""
    metadata: str = ""
    installer: str = ""


class Installed(msgspec.Struct, frozen=True):
    """All packages of the target by normalised name.

    `twice`: the names of those with several folders of metadata, and the paths of those that are not read.
    `ghosts`: what is left of packages: folders of metadata without a name in them, and those that pip renamed to ~name.
    """

    distributions: dict[str, Distribution]
    twice: dict[str, tuple[str, ...]] = {}
    ghosts: tuple[str, ...] = ()

    @property
    def versions(self) -> dict[str, str]:
        return {name: distribution.version for name, distribution in self.distributions.items()}


class Audit(msgspec.Struct, frozen=True):
    """The installed files against the hashes in their packages' RECORD.

    `altered` and `missing`: package -> paths, relative to its site-packages. `claimed`: path -> the packages that each say
    it is theirs, with different contents. `untold`: packages without a RECORD. `digests`: package -> digest of
    its RECORD, which stands for the contents of all its files. `files` were looked at, of which `hashed` were read again;
    `by_size`: nothing was read, the rest was judged by size.
    """

    altered: dict[str, tuple[str, ...]] = {}
    missing: dict[str, tuple[str, ...]] = {}
    claimed: dict[str, tuple[str, ...]] = {}
    untold: tuple[str, ...] = ()
    digests: dict[str, str] = {}
    files: int = 0
    hashed: int = 0
    by_size: int = 0


class PathState(msgspec.Struct, frozen=True):
    """A path: what it is (folder, file, other, missing), its mode such as "755", whether it is ours and can be written."""

    path: str
    kind: str
    mode: str = ""
    mine: bool = True
    writable: bool = True


@dataclass(frozen=True)
class Evidence:
    """Everything that checks look at.

    `ours`: the target is an environment that set-up made, so the lock and the modes of its folder are held against it.
    `wanted`: direct dependencies by normalised name; `extra_of` those that an
    extra asks for. `locked`: name -> version that is proven for this machine; `lock` is
    that lock's path. `install` begins the command that puts a package into the target. `files` says which installed files
    are not what they were when they were installed, `known_names` are the variables that the installed programs and packages
    know. `causes` explain failures of probes. `folders` are those that scripts are
    started from or lie in.
    """

    facts: Facts
    spec: Spec
    ours: bool
    interpreter: Interpreter
    installed: Installed
    wanted: Mapping[str, Requirement]
    locked: Mapping[str, str]
    lock: str
    accelerator: str
    install: str
    variables: Mapping[str, str]
    user_variables: Mapping[str, str]
    extra_of: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, PathState] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    start_noise: str = ""
    files: Audit = field(default_factory=Audit)
    known_names: frozenset[str] = frozenset()
    causes: tuple[Cause, ...] = ()
    folders: tuple[Path, ...] = ()

    @cached_property
    def requirements(self) -> Mapping[str, frozenset[str]]:
        """Package -> the packages that it needs directly, by their metadata."""
        return {name: frozenset(self._required(each)) for name, each in self.installed.distributions.items()}

    def _required(self, distribution: Distribution) -> Iterator[str]:
        for line in distribution.requires:
            with contextlib.suppress(InvalidRequirement):
                requirement = Requirement(line)
                if not requirement.marker or requirement.marker.evaluate({**self.interpreter.markers, "extra": ""}):
                    yield canonicalize_name(requirement.name)

    def needs(self, names: Iterable[str]) -> frozenset[str]:
        """The given packages and all that they need."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.requirements.get(name, ()))
        return frozenset(found)

    def value(self, probe: str) -> dict[str, Any]:
        """What a probe returned; empty where it did not come to its end."""
        return self.answers[probe].value if probe in self.answers else {}
