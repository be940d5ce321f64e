"""The project's Compose files, and the questions and orders to Compose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from torch_starter.containers.engine import Engine
from torch_starter.containers.limits import Service
from torch_starter.core.problems import CommandFailed, Missing, WrongSpec, WrongUsage
from torch_starter.core.processes import Done

SERVICE = "dev"
BASE, GPU, DEBUG = "compose.yaml", "compose.gpu.yaml", "compose.debug.yaml"
INSTALL = "install its plugin: sudo apt install docker-compose-v2, or docker-compose-plugin of Docker's own packages"
OVERRIDE = "compose.override.yaml"  # a user's own, which Compose takes by itself only where no file is named


class Volume(msgspec.Struct, frozen=True):
    """A named volume."""

    name: str


class Config(msgspec.Struct, frozen=True):
    """What Compose makes of the files and variables: the project's name, its services and volumes."""

    name: str
    services: dict[str, Service]
    volumes: dict[str, Volume] = {}

    @property
    def volume_names(self) -> list[str]:
        """As the engine calls them."""
        return [volume.name for volume in self.volumes.values()]

    @property
    def service(self) -> Service:
        """Ours; raises WrongUsage where the files are somebody else's, and have none."""
        if SERVICE not in self.services:
            there = ", ".join(self.services) or "none"
            raise WrongUsage(
                "compose.service", f"the compose files have no service {SERVICE!r}: {there}", "./dev.sh render --check"
            )
        return self.services[SERVICE]

    @property
    def image(self) -> str:
        """The image of the service, by the name that Compose gives it where the file names none."""
        return self.service.image or f"{self.name}-{SERVICE}"


@dataclass(frozen=True)
class Compose:
    """Compose with some of the project's files, run by an engine."""

    engine: Engine
    files: tuple[str, ...] = (BASE,)

    def over(self, *files: str) -> Compose:
        """With further files."""
        return replace(self, files=(*self.files, *files))

    def without(self, file: str) -> Compose:
        return replace(self, files=tuple(name for name in self.files if name != file))

    def given(self, variables: Mapping[str, str]) -> Compose:
        """With further variables."""
        return replace(self, engine=replace(self.engine, variables={**self.engine.variables, **variables}))

    def argv(self, *words: str | Path) -> list[str | Path]:
        """The words behind `docker`."""
        own = [OVERRIDE] if (self.engine.folder / OVERRIDE).exists() else []
        return ["compose", *(word for file in (*self.files, *own) for word in ("--file", file)), *words]

    def ask(self, *words: str | Path, timeout: float | None = 120) -> Done:
        """Whatever it answers; raises Missing where there is no engine."""
        return self.engine.ask(*self.argv(*words), timeout=timeout)

    def config(self) -> Config:
        """What the files say; raises Missing without Compose, and WrongSpec where it does not take them, or a variable."""
        done = self.ask("config", "--format", "json")
        if not done.ok:
            if not self.engine.ask("compose", "version", timeout=20).ok:
                raise Missing("compose.missing", "Docker has no Compose: `docker compose version` fails", INSTALL)
            last = " ".join(done.err.split())[-400:]
            own = [name for name in (OVERRIDE, ".env") if (self.engine.folder / name).exists()]
            where = ", ".join([*own, "a variable of your shell"])
            mend = f"mend it where it stands: {where}; ./dev.sh render --check looks at our files"
            raise WrongSpec("compose.wrong", f"Compose does not take its files: {last}", mend)
        try:
            return msgspec.json.decode(done.out, type=Config)
        except msgspec.MsgspecError as error:
            raise CommandFailed("compose.unknown", f"docker compose config answers what is not known: {error}", "") from error
