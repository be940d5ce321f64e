"""What a check reads: facts of the machine, what the target answered, and what is wanted of it. Gathered before any check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from packaging.requirements import Requirement

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
    """One installed package. `flavour` is what its wheel was built with, such as cu130, where it says so."""

    version: str
    requires: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    flavour: str = ""


class Installed(msgspec.Struct, frozen=True):
    """All packages of the target by normalised name, and the names of those that are there twice."""

    distributions: dict[str, Distribution]
    twice: tuple[str, ...] = ()

    @property
    def versions(self) -> dict[str, str]:
        return {name: distribution.version for name, distribution in self.distributions.items()}


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
    that lock's path. `install` begins the command that puts a package into the target.
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

    def value(self, probe: str) -> dict[str, Any]:
        """What a probe returned; empty where it did not come to its end."""
        return self.answers[probe].value if probe in self.answers else {}
