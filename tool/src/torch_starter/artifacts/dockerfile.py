"""The Dockerfile: how the image is built."""

from __future__ import annotations

from pathlib import PurePosixPath

from torch_starter.artifacts._template import HOME, accelerator, docker_word, fill, static_variables, volumes
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec
from torch_starter.core.units import seconds
from torch_starter.core.variables import THREADS

UV_CACHE = "--mount=type=cache,target={folder},uid=${{USER_UID}},gid=${{USER_UID}}"


def render(spec: Spec) -> str:
    user, python = spec.container.user, f"python{spec.python.version}"
    cache = f"/home/{user}/.cache/uv"
    return fill(
        "Dockerfile.j2",
        spec,
        user=user,
        python=python,
        workspace=spec.container.workspace,
        packages=sorted({*spec.container.apt, python, f"{python}-dev"}),
        folders=[HOME, *dict.fromkeys(folder for place in places(spec) for folder in with_parents(place, user))],
        modes={each.container: each.mode for each in spec.caches.values() if each.mode != "755"},
        timeout=int(seconds(spec.install.http_timeout)),
        uv_cache=UV_CACHE.format(folder=cache),
        extras="".join(f" --extra {extra}" for extra in spec.python.extras),
        accelerator=accelerator(spec),
        thread_names=THREADS,
        variables=[f"{name}={docker_word(value)}" for name, value in static_variables(spec).items()],
    )


def places(spec: Spec) -> list[str]:
    """Where something is mounted."""
    return [spec.container.workspace, *volumes(spec).values()]


def with_parents(place: str, user: str) -> list[str]:
    """A folder and those above it that belong to the user."""
    home = PurePosixPath("/home") / user
    above = [path for path in reversed(PurePosixPath(place).parents) if path != home and path.is_relative_to(home)]
    return [*map(str, above), place]


ARTIFACT = Artifact("Dockerfile", "how the image is built", render)
