"""All container files of a folder, from their texts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from torch_starter.core.container_files import Container, ContainerFiles, Dockerfile, EnvFile, Ignored, Unread
from torch_starter.parsers import compose, devcontainer, dockerfile, dockerignore, dotenv

Kind = Literal["dockerfile", "compose", "devcontainer", "env", "ignore", "packages", ""]

DOCKERFILE = re.compile(r"(docker|container)file(\.[\w.-]+)?|[\w.-]+\.(docker|container)file", re.IGNORECASE)
TEMPLATE = re.compile(r"\.(j2|jinja2?|tmpl|tpl|template|erb|in|md|orig|bak|rej|swp|dockerignore|py|go)$", re.IGNORECASE)
COMPOSE = re.compile(r"(docker-)?compose([._-][\w.-]+)?\.ya?ml", re.IGNORECASE)
PACKAGES = re.compile(r"pyproject\.toml|requirements[\w.-]*\.(txt|in)|environment\.ya?ml|setup\.(py|cfg)|Pipfile")
FOR_DEVELOPING = {"debug", "override", "profile", "profiling", "dev", "devel", "development", "local"}
COMPILED = re.compile(
    r"flash[-_]attn|causal[-_]conv1d|mamba[-_]ssm|deepspeed|xformers|pytorch3d|detectron2|transformer[-_]engine"
)
INSTALLS = {"install", "add", "sync", "create"}
TORCH = re.compile(r"(?<![\w./-])(torch|pytorch|torchvision|lightning|pytorch-lightning|transformers)(?![\w/-])")


def kind_of(path: str) -> Kind:
    """What a file is, by its name; empty where it is none of these."""
    name = posixpath.basename(path)
    if name.endswith(".dockerignore"):
        return "ignore"
    if DOCKERFILE.fullmatch(name):
        return "" if TEMPLATE.search(name) else "dockerfile"
    if COMPOSE.fullmatch(name):
        return "compose"
    if name in ("devcontainer.json", ".devcontainer.json"):
        return "devcontainer"
    if name == ".env":
        return "env"
    return "packages" if PACKAGES.fullmatch(name) else ""


def read(
    texts: Mapping[str, str], modes: Mapping[str, str] | None = None, unread: Iterable[Unread] = (), whole: bool = True
) -> ContainerFiles:
    """The files by path; `modes` of those that hold variables. What is read by another file's words is found by itself."""
    kinds = {path: kind_of(path) for path in texts}
    missed = list(unread)
    dockerfiles: dict[str, Dockerfile] = {}
    ignored: dict[str, Ignored] = {}
    containers: list[Container] = []
    for path in (path for path, kind in kinds.items() if kind == "dockerfile"):
        dockerfiles[path], wrong = dockerfile.read(path, texts[path])
        missed += wrong
    composes = [compose.read(path, texts[path], for_developing(path)) for path, kind in kinds.items() if kind == "compose"]
    for path in (path for path, kind in kinds.items() if kind == "devcontainer"):
        found, wrong = devcontainer.read(path, texts[path])
        containers += [found] if found else []
        missed += wrong
    for path in (path for path, kind in kinds.items() if kind == "ignore"):
        ignored[path] = dockerignore.read(path, texts[path])
    started = together(composes) + containers
    return ContainerFiles(
        dockerfiles,
        tuple(started),
        env_files(texts, started, modes or {}),
        ignored,
        tuple(each.version for each in composes if each.version),
        tuple(each.path for each in composes),
        (*missed, *(wrong for each in composes for wrong in each.unread)),
        tuple(path for path, kind in kinds.items() if kind == "packages"),
        torch(texts, dockerfiles, started),
        tuple(path for path, kind in kinds.items() if kind == "packages" and COMPILED.search(texts[path])),
        whole,
    )


def for_developing(path: str) -> bool:
    """Whether a file says by its name, or its folder, that it is for developing: compose.debug.yaml, compose.override.yml."""
    return ".devcontainer" in path.split("/") or bool(FOR_DEVELOPING & set(re.split(r"[._-]", posixpath.basename(path).lower())))


def together(composes: Iterable[compose.Compose]) -> list[Container]:
    """The services of all files; one of a file that goes over a base with the same service, or is no whole one, is a fragment."""
    composes = list(composes)
    bases = {
        (posixpath.dirname(each.path), container.name)
        for each in composes
        if posixpath.basename(each.path) in compose.BASES
        for container in each.containers
    }
    return [
        replace(container, fragment=is_fragment(each.path, container, bases))
        for each in composes
        for container in each.containers
    ]


def is_fragment(path: str, container: Container, bases: set[tuple[str, str]]) -> bool:
    """Whether a service of a file is put over one of the base beside it, or says nothing of its image."""
    if posixpath.basename(path) in compose.BASES:
        return False
    return (posixpath.dirname(path), container.name) in bases or not is_whole(container)


def is_whole(container: Container) -> bool:
    """Whether a service says from which image it is."""
    return container.build is not None or bool(container.value("image"))


def env_files(texts: Mapping[str, str], containers: Iterable[Container], modes: Mapping[str, str]) -> dict[str, EnvFile]:
    """The files of variables: those that services name, and .env beside them."""
    named = wanted(containers) | {path for path in texts if kind_of(path) == "env"}
    here = [path for path in texts if path in named]
    return {path: dotenv.read(path, texts[path], modes.get(path, ""), for_developing(path)) for path in here}


def wanted(containers: Iterable[Container]) -> set[str]:
    """The paths of the files of variables that services name, as far as they are inside of the folder."""
    found = {path for container in containers for path in container.env_files}
    return {path for path in found if not path.startswith(("..", "/", "~", "$"))}


def torch(texts: Mapping[str, str], dockerfiles: Mapping[str, Dockerfile], started: Iterable[Container]) -> tuple[str, ...]:
    """The files that ask for PyTorch: lists with it, Dockerfiles that install or begin with it, what starts an image of it."""
    found = [path for path, text in texts.items() if kind_of(path) == "packages" and TORCH.search(text)]
    found += [path for path, file in dockerfiles.items() if has_torch(file)]
    found += [each.place.file for each in started if not each.build and "torch" in each.value("image")]
    return tuple(dict.fromkeys(found))


def has_torch(file: Dockerfile) -> bool:
    """Whether a Dockerfile installs PyTorch, or begins with an image that has it."""
    runs = [command for stage in file.stages for each in stage.instructions for command in each.commands]
    installed = any(INSTALLS & set(command.words[1:5]) and TORCH.search(command.text) for command in runs)
    return installed or any("torch" in stage.image for stage in file.stages)
