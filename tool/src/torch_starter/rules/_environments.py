"""What one container gets in the end: the variables of its image, of its files, and its own."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import Container, ContainerFiles, Variable
from torch_starter.rules._stages import environment

Environment = dict[str, Variable]
GIVEN = ("environment", "containerEnv", "remoteEnv", "runArgs")


def environments(files: ContainerFiles) -> Iterator[Environment]:
    """The environments of all images and containers that set anything."""
    for file in files.dockerfiles.values():
        yield from filter(None, (environment(file, stage) for stage in file.stages))
    for container in files.containers:
        if found := of_container(files, container):
            yield found


def of_container(files: ContainerFiles, container: Container) -> Environment:
    """The environment of one container; later ones win, as in docker."""
    image = files.image_of(container)
    found = environment(*image) if image else {}
    for path in container.env_files:
        file = files.env_files.get(path)
        found |= {each.name: each for each in file.variables if each.written is not None} if file else {}
    return found | {each.name: each for each in container.variables if each.source in GIVEN and each.written is not None}
