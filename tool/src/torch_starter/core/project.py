"""Where things are in a project folder, and what state is kept apart for what platform."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch_starter.core.problems import WrongUsage

SPEC = "torch-starter.toml"
STATE = ".torch-starter"


@dataclass(frozen=True)
class Project:
    """A folder with a `torch-starter.toml`, seen from one platform.

    State lives in `.torch-starter/<platform>/`, so that a host and a container that share the folder never share an
    interpreter. With `staged`, it is the project as it would be: pyproject.toml and locks are read and written in that folder.
    """

    root: Path
    platform: str
    staged: Path | None = None

    @property
    def spec(self) -> Path:
        return self.root / SPEC

    @property
    def pyproject(self) -> Path:
        return (self.staged or self.root) / "pyproject.toml"

    @property
    def state(self) -> Path:
        return self.root / STATE / self.platform

    @property
    def environments(self) -> Path:
        return self.state / "envs"

    @property
    def venv(self) -> Path:
        """The link to the current environment."""
        return self.root / ".venv"

    @property
    def locks(self) -> Path:
        return (self.staged or self.root) / "locks"

    def lock(self, accelerator: str) -> Path:
        return self.locks / f"{accelerator}.txt"


def platform_name(os_release: str | None, in_container: bool) -> str:
    """Such as linux-x86_64-debian12 or linux-aarch64-ubuntu24.04-container; the same rule is in dev.sh."""
    name = f"{platform.system().lower()}-{platform.machine()}"
    fields = dict(line.split("=", 1) for line in (os_release or "").splitlines() if "=" in line)
    name += "-" + "".join(fields.get(key, "").strip("\"'") for key in ("ID", "VERSION_ID")) if os_release else ""
    return name + ("-container" if in_container else "")


def find_project(start: Path, variables: Mapping[str, str], os_release: str | None, in_container: bool) -> Project:
    """The project that dev.sh named, else the nearest folder from `start` upwards that has a spec.

    Raises WrongUsage where there is none.
    """
    here = platform_name(os_release, in_container)
    if named := variables.get("TORCH_STARTER_ROOT"):
        return Project(Path(named), variables.get("TORCH_STARTER_PLATFORM", here))
    for folder in (start, *start.parents):
        if (folder / SPEC).is_file():
            return Project(folder, here)
    raise WrongUsage("project.missing", f"no {SPEC} in {start} or above it", "cd into your clone, or call its dev.sh")
