"""Where packages come from instead of the default index: a mirror of the team, and offline what came in bundles."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from torch_starter.core.problems import WrongSpec
from torch_starter.core.project import Project
from torch_starter.core.spec import Spec

INDEX, LINKS = "UV_DEFAULT_INDEX", "UV_FIND_LINKS"


def variables(spec: Spec, project: Project, user: Mapping[str, str], offline: bool) -> dict[str, str]:
    """What uv is told besides: the mirror of the spec, and offline the wheels that were imported. What is exported wins."""
    wanted = {}
    if spec.install.mirror and not user.get(INDEX):
        wanted[INDEX] = address(spec.install.mirror, project, user)
    return {**wanted, **(imported(project, user) if offline else {})}


def imported(project: Project, user: Mapping[str, str]) -> dict[str, str]:
    """What uv is told of the wheels that came in bundles, besides what the user tells it."""
    wheels = project.mirror / "wheels"
    return {LINKS: ",".join(filter(None, (user.get(LINKS), wheels.as_uri())))} if wheels.is_dir() else {}


def address(mirror: str, project: Project, user: Mapping[str, str]) -> str:
    """The address of an index, or of the folder of one; raises WrongSpec where that is not there."""
    if mirror.startswith(("http://", "https://")):
        return mirror
    named = Path(user.get("HOME") or "/") / mirror[2:] if mirror.startswith("~/") else project.root / mirror
    folder = Path(os.path.abspath(named))
    index = folder / "simple" if (folder / "simple").is_dir() else folder
    if not index.is_dir():
        raise WrongSpec(
            "mirror.missing", f"install.mirror is {mirror!r}, and there is no such folder", "mount it, or mend torch-starter.toml"
        )
    return index.as_uri()
