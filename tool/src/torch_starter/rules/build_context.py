"""Where an image is built from, against what it copies."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from torch_starter.core.container_files import Build, Container, ContainerFiles, Dockerfile, Instruction, Stage
from torch_starter.core.facts import Absent
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, well, wrong
from torch_starter.rules._stages import makers, need_containers


def context(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    found = [(each, each.build, image) for each in files.containers if each.build and (image := files.image_of(each))]
    if not found:
        raise Absent("no container here is built by a Dockerfile that is here too")
    for container, build, (file, stage) in found:
        missed = None if build.said else next(missing(files, build, file, stage), None)
        yield of_build(container, build, *missed) if missed else well(build.place)


def missing(files: ContainerFiles, build: Build, file: Dockerfile, stage: Stage) -> Iterator[tuple[Instruction, str]]:
    """What is copied and is not in the context: all where the Dockerfile is another folder's, else lists of packages."""
    for one in makers(file, stage):
        for each in one.of("COPY", "ADD"):
            for source in taken(each, one):
                here, above = (posixpath.normpath(posixpath.join(folder, source)) for folder in (build.context, outer(build)))
                if build.is_astray or (above in files.packages and here not in files.packages):
                    yield each, source


def taken(instruction: Instruction, stage: Stage) -> Iterator[str]:
    """The paths that an instruction takes out of the context."""
    for word in instruction.words[:-1] if not instruction.flag("from") else ():
        source = resolved(word, stage.known)
        if is_known(source) and not source.startswith("<<") and "://" not in source and not source.startswith("git@"):
            yield source.lstrip("/")


def outer(build: Build) -> str:
    """The folder around the context."""
    return posixpath.dirname(build.context)


def of_build(container: Container, build: Build, instruction: Instruction, source: str) -> Sight:
    """A build whose context is one that nobody named."""
    right = posixpath.relpath(
        posixpath.dirname(build.dockerfile) or "." if build.is_astray else outer(build) or ".", build.context
    )
    key = f'"context": "{right}" beside "dockerfile"' if container.kind == "devcontainer" else f"`context: {right}`"
    return wrong(
        build.place,
        f"no context is named, so it is {short(build.context)}: {instruction.keyword} {short(source)} at {instruction.place} "
        "finds nothing there",
        "the folder that has what the Dockerfile copies",
        f"write {key}",
    )


RULES = (
    Rule(
        "files.build-context",
        "an image is built from the folder that has what it copies",
        "Where no context is named it is the folder of devcontainer.json, mostly .devcontainer, or that of the compose file. A "
        "Dockerfile that copies files of the project then finds none.",
        context,
        "builds",
        "Builds without a context: COPY and ADD of a Dockerfile that lies outside of it, and of lists of packages that only the "
        "folder above has.",
        "Name the context.",
        "The specification of dev containers: build.context",
    ),
)
