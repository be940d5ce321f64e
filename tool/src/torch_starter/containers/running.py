"""The containers of a project: those of Compose, and the one that an editor has started."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from torch_starter.containers.compose import SERVICE
from torch_starter.containers.engine import Engine
from torch_starter.core.problems import WrongUsage

COMPOSE, EDITOR = "com.docker.compose.project", "devcontainer.local_folder"  # the labels of who started it
FOLDER = f"{COMPOSE}.working_dir"


class Health(msgspec.Struct, frozen=True, rename="pascal"):
    """What the image's own health check says: starting, healthy, unhealthy."""

    status: str = ""


class State(msgspec.Struct, frozen=True, rename="pascal"):
    """Whether a container runs, and how it ended. `killed`: for want of memory, itself or a process in it."""

    status: str = ""
    exit_code: int = 0
    killed: bool = msgspec.field(name="OOMKilled", default=False)
    health: Health | None = None


class Settings(msgspec.Struct, frozen=True, rename="pascal"):
    """What a container was made with."""

    labels: dict[str, str] | None = None


class Container(msgspec.Struct, frozen=True, rename="pascal"):
    """A container as the engine knows it."""

    id: str
    slashed: str = msgspec.field(name="Name")
    state: State = State()
    config: Settings = Settings()

    @property
    def name(self) -> str:
        return self.slashed.lstrip("/")

    @property
    def is_service(self) -> bool:
        """Whether it is of the project's own service in Compose, and none that a user has put beside it."""
        return (self.config.labels or {}).get(f"{COMPOSE.rpartition('.')[0]}.service") == SERVICE

    @property
    def is_ours(self) -> bool:
        """Whether it is of the project's own service, or of an editor."""
        return self.is_service or EDITOR in (self.config.labels or {})

    @property
    def folder(self) -> str:
        """The project's folder that it was started from."""
        labels = self.config.labels or {}
        return labels.get(FOLDER) or labels.get(EDITOR) or ""


def of_project(engine: Engine, name: str) -> list[Container]:
    """The containers of a Compose project, also those that have ended, and of an editor that has opened the same folder.

    Raises WrongUsage where another folder has started containers under the same name: what is done to ours is done to them.
    """
    found = list[str]()
    for label in (f"{COMPOSE}={name}", f"{EDITOR}={engine.folder}"):
        found += engine.ask("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={label}").out.split()
    if not found:
        return []
    done = engine.ask("inspect", "--type", "container", *dict.fromkeys(found))
    containers = msgspec.json.decode(done.out or "[]", type=list[Container])
    if other := next((each for each in containers if each.folder and not same(each.folder, engine.folder)), None):
        raise WrongUsage(
            "project.taken",
            f"{other.name} belongs to {other.folder}, whose containers are called {name} too",
            f"./dev.sh down there; or give these another name, each time: COMPOSE_PROJECT_NAME={name}-2 ./dev.sh up",
        )
    return sorted(containers, key=lambda each: each.name)


def same(one: str, other: Path) -> bool:
    """Whether two paths are of the same folder."""
    return os.path.realpath(one) == os.path.realpath(other)
