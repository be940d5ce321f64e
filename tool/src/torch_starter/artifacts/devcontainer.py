""".devcontainer/devcontainer.json: the same container in an editor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from torch_starter.artifacts._template import accelerator, fill, folders, volumes
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec


def render(spec: Spec) -> str:
    return fill(
        "devcontainer.json.j2",
        spec,
        name=PurePosixPath(spec.container.workspace).name,
        user=spec.container.user,
        workspace=spec.container.workspace,
        volumes=volumes(spec),
        accelerator=accelerator(spec),
        arguments=list(arguments(spec)),
        folders=folders(spec),
    )


def arguments(spec: Spec) -> Iterator[str]:
    """The limits and rights of compose.yaml as words of `docker run`."""
    container = spec.container
    yield f"--memory=${{localEnv:TORCH_STARTER_CONTAINER_MEMORY:{container.memory}}}"
    yield f"--shm-size=${{localEnv:TORCH_STARTER_CONTAINER_SHM:{container.shm}}}"
    yield f"--pids-limit=${{localEnv:TORCH_STARTER_CONTAINER_PIDS:{container.pids}}}"
    for name, value in container.ulimits.items():
        yield f"--ulimit={name}=${{localEnv:TORCH_STARTER_ULIMIT_{name.upper()}:{value}}}"
    for name in spec.security.credentials:
        yield f"--env={name}"  # the value is that of whoever starts it, and nothing where there is none
    for name in spec.security.drop_capabilities:
        yield f"--cap-drop={name}"
    if spec.security.no_new_privileges:
        yield "--security-opt=no-new-privileges"


ARTIFACT = Artifact(".devcontainer/devcontainer.json", "the same container in an editor", render)
