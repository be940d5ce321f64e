"""Docker's command line: whether there is one that answers, and what its refusals mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed, Missing, Problem
from torch_starter.core.processes import Done

INSTALL = "install Docker Engine with its Compose plugin: https://docs.docker.com/engine/install/"
FULL = re.compile(r"no space left on device|not enough free space|disk quota exceeded", re.IGNORECASE)
TAKEN = re.compile(r"(?:listen tcp4? |Bind for )([0-9.]+):(\d+)(?::| failed)")
UNREACHABLE = re.compile(
    r"failed to resolve|no such host|i/o timeout|connection refused|TLS handshake|dial tcp|pull access denied"
)


class Info(msgspec.Struct, frozen=True, rename={"cpus": "NCPU", "memory": "MemTotal", "cdi_folders": "CDISpecDirs"}):
    """What the engine says of itself: its CPUs, bytes of memory, container runtimes, and where images lie."""

    cpus: int
    memory: int
    cdi_folders: tuple[str, ...] | None = None
    runtimes: dict[str, object] = msgspec.field(name="Runtimes", default_factory=dict)
    folder: str = msgspec.field(name="DockerRootDir", default="")
    architecture: str = msgspec.field(name="Architecture", default="")


@dataclass(frozen=True)
class Engine:
    """The engine that the user's `docker` talks to, from the folder of the project."""

    machine: Machine
    folder: Path
    variables: Mapping[str, str]

    def ask(self, *words: str | Path, timeout: float | None = 60) -> Done:
        """Run `docker WORDS`, whatever it answers; raises Missing where there is no engine to ask."""
        done = self.look_inside(*words, timeout=timeout)
        if done.timed_out:
            raise silent("no answer")
        return done

    def look_inside(self, *words: str | Path, timeout: float | None) -> Done:
        """The same where a container, and not the engine, may be what does not answer in time."""
        done = self.machine.processes.run(["docker", *words], env=self.variables, cwd=self.folder, timeout=timeout)
        if refusal := absent(done):
            raise refusal
        return done

    def demand(self, what: str, *words: str | Path, on_line: Callable[[str], None] | None = None) -> Done:
        """Run `docker WORDS` for as long as it takes; raises the Problem that its refusal is, in doing `what`."""
        argv = ["docker", *words]
        done = self.machine.processes.run(argv, env=self.variables, cwd=self.folder, on_line=on_line, on_error_line=on_line)
        if not done.ok:
            raise problem(done, what)
        return done

    def info(self) -> Info:
        """What the engine is; raises Missing where none answers."""
        done = self.ask("info", "--format", "{{json .}}")
        try:
            return msgspec.json.decode(done.out, type=Info)
        except msgspec.MsgspecError as error:
            raise Missing("engine.unknown", f"docker info does not say what is needed: {error}", INSTALL) from error


def absent(done: Done) -> Problem | None:
    """The problem where nothing could be asked."""
    said = " ".join(done.err.split())
    if done.missing:
        return Missing("engine.missing", "there is no docker on PATH", INSTALL)
    if "permission denied" in said and "docker" in said and "sock" in said:
        return Missing(
            "engine.permission",
            "the container engine is there, and you may not use it",
            "sudo usermod -aG docker $USER, then log in again; who may use it is as good as root on this machine",
        )
    if "Cannot connect to the Docker daemon" in said or "error during connect" in said:
        return silent(said)
    if re.search(r"'(compose|buildx)' is not a docker command|unknown command: docker (compose|buildx)", said):
        return Missing("engine.plugin", "this docker has no Compose or no BuildKit", INSTALL)
    return None


def silent(said: str) -> Problem:
    """The problem of an engine that is not to be reached."""
    return Missing("engine.silent", f"the container engine does not answer: {said[-200:]}", "sudo systemctl start docker")


def problem(done: Done, what: str) -> Problem:
    """What a refusal of the engine means."""
    said = done.err + done.out
    if refusal := absent(done):
        return refusal
    if FULL.search(said):
        remedy = "docker builder prune frees what builds have kept; docker system df shows what there is"
        return CommandFailed("disk.full", f"there is no space left for {what}", remedy)
    if "already allocated" in said or "address already in use" in said:
        return port_taken(said)
    last = [line.strip() for line in said.splitlines() if line.strip()][-3:]
    return CommandFailed("engine.refused", f"{what} failed: {' | '.join(last)[-600:]}", "see the message")


def port_taken(said: str) -> Problem:
    """The problem of a port that something else listens on, and how another is taken."""
    found = TAKEN.search(said)
    port = found[2] if found else "of the container"
    remedy = (
        f"end what listens there, or: TORCH_STARTER_PORT_{port}=0 ./dev.sh up, for any that is free" if found else "docker ps"
    )
    return CommandFailed("port.taken", f"port {port} of this machine is taken", remedy)


def unreachable(said: str) -> bool:
    """Whether an image could not be fetched."""
    return UNREACHABLE.search(said) is not None
