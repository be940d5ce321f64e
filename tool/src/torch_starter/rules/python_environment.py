"""Where the environment of Python lies in an image, and how its packages come into it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from torch_starter.core.commands import Command
from torch_starter.core.container_files import Container, ContainerFiles, Dockerfile, Mount, Stage
from torch_starter.core.facts import Absent
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.kinds import Rule
from torch_starter.core.report import Place
from torch_starter.core.sight import Sight
from torch_starter.rules._environments import of_container
from torch_starter.rules._installs import PYTHON, is_on, uv_words
from torch_starter.rules._sights import all_but, short, shown, stale, variables, well, wrong
from torch_starter.rules._stages import commands, environment, instructions, makers, need_containers, run_stages, workdirs

SWITCH = "PYTHONDONTWRITEBYTECODE"
COMPILED = ("--compile-bytecode", "--compile")


def hidden(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    known = False
    for each in files.containers:
        image = files.image_of(each)
        if image is None:
            continue
        known = True
        found = [sight for path, place in made(*image) if (sight := of_path(each, path, place))]
        yield from found or [well(each.place)]
    if not known:
        raise Absent("no container here is built by a Dockerfile that is here too")


def made(file: Dockerfile, stage: Stage) -> Iterator[tuple[str, Place]]:
    """The environments that an image has, as far as its commands say where."""
    for inside, each, here in workdirs(file, stage):
        for command in each.commands:
            path = environment_of(command, inside)
            if path and is_known(path) and (here or path.startswith("/")):
                yield posixpath.normpath(posixpath.join(here, path)), command.place
        if each.keyword == "COPY" and each.flag("from") and len(each.words) > 1:
            there = resolved(each.words[-1], inside.known)
            if posixpath.basename(there.rstrip("/")) in (".venv", "venv") and here:
                yield posixpath.normpath(posixpath.join(here, there)), each.place


def environment_of(command: Command, stage: Stage) -> str:
    """Where a command makes an environment; empty where it makes none."""
    words = [resolved(word, stage.known) for word in command.words]
    others = [word for word in words[1:] if not word.startswith("-")]
    if command.program == "uv" and others[:1] == ["venv"]:
        return others[-1] if (len(others) > 1 and "/" in others[-1]) or others[-1:] == [".venv"] else ".venv"
    if command.program == "uv" and others[:1] == ["sync"]:
        return command.variables.get("UV_PROJECT_ENVIRONMENT") or stage.known.get("UV_PROJECT_ENVIRONMENT") or ".venv"
    if command.program == "virtualenv" or (PYTHON.fullmatch(command.program) and words[1:3] == ["-m", "venv"]):
        return others[-1] if others else ""
    return ""


def of_path(container: Container, path: str, place: Place) -> Sight | None:
    """Whether a folder of the machine is mounted over an environment; None where it is not, or the environment over it again."""
    over = [mount for mount in container.mounts if is_within(path, mount.target)]
    nearest = max(over, key=lambda mount: len(mount.target.rstrip("/")), default=None)
    if nearest is None or nearest.kind != "bind":
        return None
    return hides(container, nearest, path, place)


def hides(container: Container, mount: Mount, path: str, place: Place) -> Sight:
    """The finding for one mount."""
    return wrong(
        mount.place,
        f"{short(container.name)} mounts a folder of the machine over {short(mount.target)}, and so over {short(path)}, the "
        f"environment that {place} makes: its packages are not there, or those of the machine are",
        "an environment outside of what is mounted",
        "write ENV UV_PROJECT_ENVIRONMENT=/opt/venv, or make the environment in /opt/venv, before its packages are installed",
    )


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder or in it."""
    folder = folder.rstrip("/")
    return path == folder or path.startswith(f"{folder}/")


def links(files: ContainerFiles) -> Iterator[Sight]:
    for _, stage, each in instructions(files, "RUN"):
        found = [command for command in each.commands if command.program == "uv" and is_symlink(command, stage)]
        cached = [command for command in found if each.caches or "--no-cache" in command.words]
        if not cached:
            yield well(each.place)
            continue
        yield wrong(
            cached[0].place,
            "uv links packages into a cache that the image does not have: none can be imported",
            "copies",
            "write ENV UV_LINK_MODE=copy",
        )


def is_symlink(command: Command, stage: Stage) -> bool:
    """Whether uv makes symbolic links into its cache."""
    if uv_words(command) is None:
        return False
    words = " ".join(command.words).replace("--link-mode ", "--link-mode=")
    mode = command.variables.get("UV_LINK_MODE") or stage.known.get("UV_LINK_MODE")
    return "--link-mode=symlink" in words or ("--link-mode=" not in words and mode == "symlink")


def bytecode(files: ContainerFiles) -> Iterator[Sight]:
    yield from all_but(files, SWITCH)
    slow = dict(uncompiled(files)) if files.dockerfiles else {}
    for each in variables(files, SWITCH):
        by = slow.get(each.place)
        if by is None:
            yield well(each.place)
            continue
        yield stale(
            each.place,
            f"{shown(each)}, and uv compiles nothing at {by}: every start compiles all of PyTorch's Python anew, and throws it "
            "away",
            "packages that are compiled when they are installed; the switch then concerns your own code alone",
            f"write ENV UV_COMPILE_BYTECODE=1 before {by}",
        )


def uncompiled(files: ContainerFiles) -> Iterator[tuple[Place, Place]]:
    """Where the switch is set for images in which uv compiled nothing, and where uv installs."""
    given = [(environment(*pair), pair) for pair in run_stages(files)]
    given += [(of_container(files, each), image) for each in files.containers for image in [files.image_of(each)] if image]
    for found, (file, stage) in given:
        switch = found.get(SWITCH)
        if switch is None or not switch.value:
            continue
        stages = makers(file, stage)
        if any("compileall" in command.words for command in commands(stages)):
            continue
        loose = [
            command
            for each in stages
            for command in commands([each])
            if uv_words(command) is not None and not is_compiled(command, each)
        ]
        if loose:
            yield switch.place, loose[0].place


def is_compiled(command: Command, stage: Stage) -> bool:
    """Whether uv compiles what a command installs."""
    value = command.variables.get("UV_COMPILE_BYTECODE") or stage.known.get("UV_COMPILE_BYTECODE")
    return any(word in COMPILED for word in command.words) or is_on(value)


RULES = (
    Rule(
        "files.hidden-environment",
        "no folder of the machine is mounted over the environment",
        "A bind mount hides what the image has at its place. An environment at /app/.venv is gone when the project is mounted "
        "over /app: programs find no packages, or a .venv of the machine, whose Python is not there. A volume over the "
        "environment itself puts it back, and is fine.",
        hidden,
        "containers",
        "Where uv sync, uv venv, python -m venv and COPY --from put an environment, against the bind mounts of the containers "
        "that start it.",
        "Put the environment outside, for example into /opt/venv.",
        "Docker's manual: bind mounts; uv's manual: Docker",
    ),
    Rule(
        "files.link-mode",
        "packages are not links into a cache that stays behind",
        "With UV_LINK_MODE=symlink uv links into its cache. A cache mount is not part of the image. That UV_LINK_MODE is not "
        "set beside a cache mount is no fault: uv then copies by itself, after a warning.",
        links,
        "RUN instructions",
        "UV_LINK_MODE and --link-mode, where there is a cache mount or --no-cache.",
        "Write UV_LINK_MODE=copy.",
        "Measured: uv 0.13 with --link-mode symlink and the cache taken away",
    ),
    Rule(
        "files.bytecode",
        "no start compiles all packages anew",
        "PYTHONDONTWRITEBYTECODE=1 forbids writing bytecode, not reading it. pip compiles what it installs in any case, uv "
        "only when it is told to: then `import torch` takes twice the time at every start.",
        bytecode,
        "variables",
        "The switch in what an image or its containers get, against uv's installs in the stages that it is made of.",
        "Write UV_COMPILE_BYTECODE=1.",
        "Measured: docs/decisions/link-mode-and-bytecode.md",
    ),
)
