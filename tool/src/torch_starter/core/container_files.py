"""Container files as rules read them: one small model of Dockerfiles, compose files, dev containers and env files.

Paths are relative to the folder that is judged, and printable. A value is what a container gets where nobody has set a variable
of the machine; None where the files do not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from torch_starter.core.commands import Command
from torch_starter.core.container_words import Kind, written
from torch_starter.core.report import Place

Source = Literal["ENV", "ARG", "environment", "containerEnv", "remoteEnv", "runArgs", "env file", "build argument"]


@dataclass(frozen=True)
class Variable:
    """A variable that a file sets, as it is written there (None: passed on from the machine) and with its value.

    `debug`: in a file that is for developing, and not for what runs.
    """

    name: str
    written: str | None
    value: str | None
    place: Place
    source: Source
    debug: bool = False


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile. `words`: behind the flags, without quotes; `commands`: of a RUN, also in its heredocs.

    `started`: the commands of a CMD or an ENTRYPOINT.
    """

    keyword: str
    flags: tuple[str, ...]
    words: tuple[str, ...]
    place: Place
    commands: tuple[Command, ...] = ()
    started: tuple[Command, ...] = ()

    def flag(self, name: str) -> list[str]:
        """The values of a flag such as mount."""
        return [flag.partition("=")[2] for flag in self.flags if flag.partition("=")[0] == f"--{name}"]

    @property
    def caches(self) -> list[str]:
        """Where a RUN has cache mounts."""
        mounts = [dict(part.partition("=")[::2] for part in mount.split(",")) for mount in self.flag("mount")]
        given = [mount for mount in mounts if mount.get("type") == "cache"]
        return [mount.get("target") or mount.get("dst") or mount.get("destination") or "" for mount in given]


@dataclass(frozen=True)
class Stage:
    """A stage: the image that it starts from (empty where the file does not say), or the number of the stage before it.

    `known` are the values of its variables at its end.
    """

    name: str
    image: str
    parent: int | None
    place: Place
    instructions: tuple[Instruction, ...] = ()
    variables: tuple[Variable, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)

    def of(self, *keywords: str) -> list[Instruction]:
        """The instructions with these keywords."""
        return [each for each in self.instructions if each.keyword in keywords]


@dataclass(frozen=True)
class Dockerfile:
    """A file by which an image is built. `arguments` stand before the first stage."""

    path: str
    stages: tuple[Stage, ...]
    arguments: tuple[Variable, ...] = ()

    def lineage(self, stage: Stage) -> list[Stage]:
        """The stages that a stage is made of, itself the last."""
        found = [stage]
        while (parent := found[0].parent) is not None:
            found.insert(0, self.stages[parent])
        return found

    def target(self, name: str = "") -> Stage | None:
        """The stage that is built: the last, or the one that is asked for by name or number."""
        if not name:
            return self.stages[-1] if self.stages else None
        named = [stage for number, stage in enumerate(self.stages) if name.lower() in (stage.name.lower(), str(number))]
        return named[-1] if named else None

    @cached_property
    def argument_names(self) -> frozenset[str]:
        """The arguments of the build."""
        return frozenset(each.name for each in self.variables() if each.source == "ARG")

    def variables(self) -> Iterator[Variable]:
        """All that it sets."""
        yield from self.arguments
        for stage in self.stages:
            yield from stage.variables


@dataclass(frozen=True)
class Setting:
    """One word of how a container is started, by the name that it has here: cap-add, memory, network …

    `written`: as it stands in its file.
    """

    name: str
    value: str
    place: Place
    written: str = ""


@dataclass(frozen=True)
class Mount:
    """What is mounted where. `kind` is bind, volume (source empty: one without a name) or tmpfs."""

    kind: str
    source: str
    target: str
    place: Place
    read_only: bool = False


@dataclass(frozen=True)
class Port:
    """A port that is published: on which address of the machine (empty: on all), as what there, and which of the container."""

    address: str
    published: str
    inner: str
    place: Place


@dataclass(frozen=True)
class Build:
    """How a container's image is built: its context, and the Dockerfile and stage. `said`: whether the file names the context."""

    context: str
    dockerfile: str
    target: str
    place: Place
    said: bool = True

    @property
    def is_astray(self) -> bool:
        """Whether nobody chose the context, and the Dockerfile, which is written for a folder of its own, lies outside of it."""
        return not (self.said or self.context in ("", ".") or self.dockerfile.startswith(f"{self.context}/"))


@dataclass(frozen=True)
class Container:
    """How one container is started: a service of a compose file, or a dev container.

    `debug`: by a file that is for developing. `fragment`: by one that is put over another with the same service.
    `started`: what it runs at its start.
    """

    name: str
    kind: Kind
    place: Place
    settings: tuple[Setting, ...] = ()
    mounts: tuple[Mount, ...] = ()
    ports: tuple[Port, ...] = ()
    variables: tuple[Variable, ...] = ()
    build: Build | None = None
    env_files: tuple[str, ...] = ()
    debug: bool = False
    fragment: bool = False
    started: tuple[Command, ...] = ()

    def all(self, *names: str) -> list[Setting]:
        """The settings of these names."""
        return [setting for setting in self.settings if setting.name in names]

    def value(self, name: str) -> str:
        """The last value of a setting; empty where there is none."""
        return next((setting.value for setting in reversed(self.settings) if setting.name == name), "")

    def written(self, name: str, value: str) -> str:
        """A setting as one writes it in this kind of file."""
        return written(self.kind, name, value)


@dataclass(frozen=True)
class EnvFile:
    """A file of variables that compose reads. `mode` such as "644"; empty where it is not known."""

    path: str
    variables: tuple[Variable, ...]
    mode: str = ""


@dataclass(frozen=True)
class Ignored:
    """A .dockerignore: what it leaves out (True) and takes back (False), in the order of its lines."""

    path: str
    patterns: tuple[tuple[bool, re.Pattern[str]], ...]

    def leaves_out(self, path: str) -> bool:
        """Whether a path of the context, or a folder above it, is left out."""
        parts = path.split("/")
        above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        out = False
        for leave, pattern in self.patterns:
            if any(pattern.fullmatch(each) for each in above):
                out = leave
        return out


@dataclass(frozen=True)
class Unread:
    """A file, or a part of one, that could not be read, and why."""

    place: Place
    why: str


@dataclass(frozen=True)
class ContainerFiles:
    """All container files of a folder.

    `packages`: the lists of packages that are here; `torch`: the files that ask for PyTorch, lists, Dockerfiles, and those that
    start an image with it; `compiled`: the lists with packages that are compiled by CUDA's compiler. `whole`: a folder was looked
    at, and not one file.
    """

    dockerfiles: Mapping[str, Dockerfile] = field(default_factory=dict)
    containers: tuple[Container, ...] = ()
    env_files: Mapping[str, EnvFile] = field(default_factory=dict)
    ignored: Mapping[str, Ignored] = field(default_factory=dict)
    compose_versions: tuple[Place, ...] = ()
    composes: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    packages: tuple[str, ...] = ()
    torch: tuple[str, ...] = ()
    compiled: tuple[str, ...] = ()
    whole: bool = True

    @cached_property
    def variables(self) -> list[Variable]:
        """All variables that any file sets, in the order of the files."""
        found = [each for file in self.dockerfiles.values() for each in file.variables()]
        found += [each for container in self.containers for each in container.variables]
        return found + [each for file in self.env_files.values() for each in file.variables]

    def image_of(self, container: Container) -> tuple[Dockerfile, Stage] | None:
        """The Dockerfile and the stage that a container's image is built by; None where that is not here."""
        file = self.dockerfiles.get(container.build.dockerfile) if container.build else None
        stage = file.target(container.build.target) if file and container.build else None
        return (file, stage) if file and stage else None

    def starters(self, file: Dockerfile) -> list[Container]:
        """The containers whose image a Dockerfile builds."""
        return [each for each in self.containers if each.build and each.build.dockerfile == file.path]
