"""Where things are in a project folder, and what state is kept apart for what platform."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch_starter.core.files import nearest
from torch_starter.core.problems import WrongUsage

SPEC = "torch-starter.toml"
STATE = ".torch-starter"
IMAGE = "TORCH_STARTER_IMAGE"  # set in our images: the folder that holds their environments


@dataclass(frozen=True)
class Project:
    """A folder with a `torch-starter.toml`, seen from one platform.

    State lives in `.torch-starter/<platform>/`, so that a host and a container that share the folder never share an
    interpreter. An image has environments of its own, in `image`: a folder of the project that is mounted into its containers
    does not hide them there. With `staged`, it is the project as it would be: pyproject.toml and locks are read and written in
    that folder.
    """

    root: Path
    platform: str
    staged: Path | None = None
    image: Path | None = None

    @property
    def spec(self) -> Path:
        return self.root / SPEC

    @property
    def pyproject(self) -> Path:
        return (self.staged or self.root) / "pyproject.toml"

    @property
    def state(self) -> Path:
        """What is kept from one command to the next. In a container that may not write into the project it ends with it."""
        kept = self.root / STATE / self.platform
        return kept if self.image is None or may_be_written(kept) else self.image / "state"

    @property
    def home(self) -> Path:
        """What holds the environments, and what is known of them."""
        return self.image or self.state

    @property
    def environments(self) -> Path:
        return self.home / "envs"

    @property
    def venv(self) -> Path:
        """The link to the current environment."""
        return self.image / "venv" if self.image else self.root / ".venv"

    @property
    def mirror(self) -> Path:
        """What came in bundles: the same for all platforms, since wheels say in their names where they fit."""
        return self.root / STATE / "mirror"

    @property
    def locks(self) -> Path:
        return (self.staged or self.root) / "locks"

    def lock(self, accelerator: str) -> Path:
        return self.locks / f"{accelerator}.txt"


def may_be_written(path: Path) -> bool:
    """Whether we may write there, or make it."""
    return os.access(nearest(path), os.W_OK)


def platform_name(os_release: str | None, in_container: bool, in_image: bool = False) -> str:
    """Such as linux-x86_64-debian12 or linux-aarch64-ubuntu24.04-container; the same rule is in dev.sh."""
    name = f"{platform.system().lower()}-{platform.machine()}"
    fields = dict(line.split("=", 1) for line in (os_release or "").splitlines() if "=" in line)
    name += "-" + "".join(fields.get(key, "").strip("\"'") for key in ("ID", "VERSION_ID")) if os_release else ""
    return name + ("-image" if in_image else "-container" if in_container else "")


def current_folder() -> Path:
    """Where we were started. Raises WrongUsage where another process has removed it meanwhile."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise WrongUsage("folder.gone", "the folder you are in does not exist any more", "cd into your clone") from error


def find_project(start: Path, variables: Mapping[str, str], os_release: str | None, in_container: bool) -> Project:
    """The project that dev.sh named, else the nearest folder from `start` upwards that has a spec.

    Raises WrongUsage where there is none.
    """
    image = Path(variables[IMAGE]) if variables.get(IMAGE) else None
    here = platform_name(os_release, in_container, image is not None)
    if named := variables.get("TORCH_STARTER_ROOT"):
        return Project(Path(named), variables.get("TORCH_STARTER_PLATFORM", here), image=image)
    for folder in (start, *start.parents):
        if (folder / SPEC).is_file():
            return Project(folder, here, image=image)
    raise WrongUsage("project.missing", f"no {SPEC} in {start} or above it", "cd into your clone, or call its dev.sh")
