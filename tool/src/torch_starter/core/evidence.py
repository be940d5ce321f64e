"""What a check reads: facts of the machine, what the target answered, and what is wanted of it. Gathered before any check."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from torch_starter.core.cause import Cause
from torch_starter.core.facts import Facts
from torch_starter.core.leaks import Secrets
from torch_starter.core.probing import Answer
from torch_starter.core.spec import Spec


class Interpreter(msgspec.Struct, frozen=True):
    """What the target's interpreter says of itself. `markers` are the variables of PEP 508.

    `active` is another environment that the user has activated; empty where it is this one, or none is.
    """

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
    active: str = ""


class Distribution(msgspec.Struct, frozen=True):
    """One installed package.

    `flavour` is what its wheel was built with, such as cu130, where it says so; `metadata` the path of its folder of
    metadata, `installer` the program that put it there, such as "uv"; `origin` the folder that it was installed from, where
    that was one.
    """

    version: str
    requires: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    flavour: str = ""
    metadata: str = ""
    installer: str = ""
    origin: str = ""


class Installed(msgspec.Struct, frozen=True):
    """All packages of the target by normalised name.

    `twice`: the names of those with several folders of metadata side by side, and the paths of those that are not read.
    `hidden`: the names of those of which a folder later on the path has another copy, and the metadata of these.
    `ghosts`: what is left of packages: folders of metadata without a name in them, and those that pip renamed to ~name.
    `conda`: what conda says that it installed, by name; None where this is no environment of conda's.
    """

    distributions: dict[str, Distribution]
    twice: dict[str, tuple[str, ...]] = {}
    ghosts: tuple[str, ...] = ()
    hidden: dict[str, tuple[str, ...]] = {}
    conda: dict[str, str] | None = None

    @property
    def versions(self) -> dict[str, str]:
        return {name: distribution.version for name, distribution in self.distributions.items()}


class Audit(msgspec.Struct, frozen=True):
    """The installed files against the hashes in their packages' RECORD.

    `altered` and `missing`: package -> paths, relative to its site-packages. `claimed`: path -> the packages that each say
    it is theirs, with different contents. `hollow`: package -> its folder of metadata, where that is all there is of it.
    `unfit`: package -> those of its several folders of metadata whose files are not the ones that are there.
    `untold`: packages without a RECORD that could be judged. `digests`: package -> digest of its RECORD, which stands for the
    contents of all its files. `files` were looked at, of which `hashed` were read again, and `by_size` only measured: the
    others are as they were when they were last read.
    """

    altered: dict[str, tuple[str, ...]] = {}
    missing: dict[str, tuple[str, ...]] = {}
    claimed: dict[str, tuple[str, ...]] = {}
    hollow: dict[str, str] = {}
    unfit: dict[str, tuple[str, ...]] = {}
    untold: tuple[str, ...] = ()
    digests: dict[str, str] = {}
    files: int = 0
    hashed: int = 0
    by_size: int = 0


class PathState(msgspec.Struct, frozen=True):
    """A path: what it is (folder, file, other, dangling for a link to nothing, missing), its mode such as "755", its owner.

    Of one that is missing, the rest is told of `nearest`, the first folder above it that is there: whether it is ours, can be
    written, and of its disk the kind of file system such as "ext4", the device's number, and what is free for us: bytes and
    further files (-1: not told). `noexec`: programs and libraries there cannot be loaded.
    """

    path: str
    kind: str
    mode: str = ""
    mine: bool = True
    writable: bool = True
    nearest: str = ""
    filesystem: str = ""
    device: int = 0
    free: int = -1
    inodes: int = -1
    noexec: bool = False


@dataclass(frozen=True)
class Evidence:
    """Everything that checks look at.

    `ours`: the target is an environment that set-up made, so the lock and the modes of its folder are held against it.
    `wanted`: direct dependencies by normalised name; `extra_of` those that an extra asks for. `locked`: name -> version that is
    proven for this machine; `lock` is that lock's path, `lock_hash` the digest of its text. `install` begins the command that
    puts a package into the target. `files` says which installed files are not what they were when they were installed,
    `known_names` are the variables that the installed programs and packages know. `causes` explain failures of probes. `folders`
    are those that scripts lie in or are started from, each with the modules in it that have the name of one of the standard
    library or of an installed one. `secrets`: what searches for them found.
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
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lock_hash: str = ""
    secrets: Secrets = field(default_factory=Secrets)

    @cached_property
    def required(self) -> Mapping[str, tuple[Requirement, ...]]:
        """Package -> what its metadata asks for here, without its extras."""
        return {name: tuple(self._required(each)) for name, each in self.installed.distributions.items()}

    def _required(self, distribution: Distribution) -> Iterator[Requirement]:
        for line in distribution.requires:
            if "extra ==" in line:  # most lines, and parsing is what takes the time
                continue
            with contextlib.suppress(InvalidRequirement):
                requirement = Requirement(line)
                if not requirement.marker or requirement.marker.evaluate({**self.interpreter.markers, "extra": ""}):
                    yield requirement

    def needs(self, names: Iterable[str]) -> frozenset[str]:
        """The given packages and all that they need."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(canonicalize_name(each.name) for each in self.required.get(name, ()))
        return frozenset(found)

    def value(self, probe: str) -> dict[str, Any]:
        """What a probe returned; empty where it did not come to its end."""
        return self.answers[probe].value if probe in self.answers else {}
