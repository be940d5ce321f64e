"""Stages of Dockerfiles, and the containers that run them, as far as several rules ask of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from torch_starter.core.commands import Command
from torch_starter.core.container_files import Container, ContainerFiles, Dockerfile, Instruction, Setting, Stage, Variable
from torch_starter.core.facts import Absent
from torch_starter.core.images import image
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.report import Place
from torch_starter.rules._installs import installs_python

ROOT = ("root", "0")
WITH_TORCH = re.compile(r"torch|cuda|transformers|vllm|huggingface|nvcr\.io")


def need_dockerfiles(files: ContainerFiles) -> None:
    """Raise Absent where there is no Dockerfile."""
    if not files.dockerfiles:
        raise Absent("there is no Dockerfile here")


def need_containers(files: ContainerFiles) -> None:
    """Raise Absent where no file starts a container."""
    if not files.containers:
        raise Absent("there is no compose file and no dev container here")


def instructions(files: ContainerFiles, *keywords: str) -> Iterator[tuple[Dockerfile, Stage, Instruction]]:
    """All instructions with these keywords; raises Absent where there is no Dockerfile."""
    need_dockerfiles(files)
    for file in files.dockerfiles.values():
        for stage in file.stages:
            for each in stage.of(*keywords):
                yield file, stage, each


def run_stages(files: ContainerFiles) -> list[tuple[Dockerfile, Stage]]:
    """The stages that become images: those that containers ask for, and the last of each Dockerfile."""
    need_dockerfiles(files)
    found: list[tuple[Dockerfile, Stage]] = []
    for file in files.dockerfiles.values():
        asked = [file.target(each.build.target) for each in files.starters(file) if each.build]
        for stage in [*asked, file.target()]:
            if stage is not None and (file, stage) not in found:
                found.append((file, stage))
    return found


def makers(file: Dockerfile, stage: Stage) -> list[Stage]:
    """The stages whose files a stage has: its lineage, and those that it copies from."""
    found: list[Stage] = []
    waiting = file.lineage(stage)
    while waiting:
        each = waiting.pop()
        if each in found:
            continue
        found.append(each)
        for copy in each.of("COPY"):
            for name in copy.flag("from"):
                source = file.target(name)
                waiting += file.lineage(source) if source else []
    return found


def commands(stages: list[Stage]) -> Iterator[Command]:
    """All that stages run."""
    return (command for stage in stages for each in stage.of("RUN") for command in each.commands)


def base_of(file: Dockerfile, stage: Stage) -> str:
    """The image that a stage begins with, in the end; empty where the file does not say."""
    return file.lineage(stage)[0].image


def is_bare(file: Dockerfile, stage: Stage) -> bool:
    """Whether it begins with a system that has no user and no folders of a project."""
    return image(base_of(file, stage)).is_bare


def user_of(file: Dockerfile, stage: Stage) -> tuple[str, Place] | None:
    """The user that an image runs as, without its group, and where that is said; None where it is not."""
    found = [(each, one) for each in file.lineage(stage) for one in each.of("USER") if one.words]
    if not found:
        return None
    inside, last = found[-1]
    return resolved(last.words[0], inside.known).partition(":")[0], last.place


def is_root(user: str) -> bool:
    """Whether a user is root, by name or by number."""
    return user in ROOT


def environment(file: Dockerfile, stage: Stage) -> dict[str, Variable]:
    """The variables that an image has."""
    return {each.name: each for one in file.lineage(stage) for each in one.variables if each.source == "ENV"}


def workdirs(file: Dockerfile, stage: Stage) -> Iterator[tuple[Stage, Instruction, str]]:
    """The instructions of a lineage in their order, each with the folder in which it works (empty: not known)."""
    here = "/"
    for each in file.lineage(stage):
        for one in each.instructions:
            if one.keyword == "WORKDIR" and one.words:
                there = resolved(one.words[0], each.known)
                here = posixpath.normpath(posixpath.join(here, there)) if is_known(there) else ""
            yield each, one, here


def is_ours(container: Container) -> bool:
    """Whether a service is built here, whole, and not for developing: one out of a registry brings its own rights and limits."""
    whole = not container.fragment and not container.all("extends")
    return container.kind == "compose" and container.build is not None and whole and not container.debug


def ours(files: ContainerFiles) -> list[Container]:
    """The services that are built here; raises Absent where there is none."""
    found = [each for each in files.containers if is_ours(each)]
    if not found:
        raise Absent("no compose file here builds a service")
    return found


def runs_torch(files: ContainerFiles, container: Container) -> bool:
    """Whether a container has PyTorch: by its image's name, its Dockerfile, or packages of a list that has it."""
    found = files.image_of(container)
    if found is None:
        return bool(WITH_TORCH.search(container.value("image")))
    listed = bool(set(files.packages) & set(files.torch))
    installs = any(installs_python(command) for command in commands(makers(*found)))
    return found[0].path in files.torch or bool(WITH_TORCH.search(base_of(*found))) or (listed and installs)


def given(files: ContainerFiles, container: Container, *names: str) -> list[Setting]:
    """The settings of a container with these names, also those of files that are put over its own."""
    folder = posixpath.dirname(container.place.file)
    others = [
        each
        for each in files.containers
        if each.fragment and each.name == container.name and posixpath.dirname(each.place.file) == folder
    ]
    return [setting for each in [container, *others] for setting in each.all(*names)]


def has(files: ContainerFiles, container: Container, *names: str) -> bool:
    """Whether a container has one of these settings, also by a file that is put over its own."""
    return bool(given(files, container, *names))
