"""Docker's command line: whether there is one that answers, and what its refusals mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed, Missing, Problem
from torch_starter.core.processes import Done

INSTALL = "install Docker Engine with its Compose plugin: https://docs.docker.com/engine/install/"
TAKEN = re.compile(r"(?:listen tcp4? |Bind for )([0-9.]+):(\d+)(?::| failed)")
ERROR = re.compile(r"^(?:#\d+ [0-9.]+ )?(?:ERROR|Error|error|E)\b")
PACKAGE = re.compile(r"Unable to locate package (\S+)")


class Refusal(NamedTuple):
    """What an engine says when something cannot be done, and what is to be done then."""

    sign: re.Pattern[str]
    code: str
    message: str
    remedy: str


REFUSALS = (
    Refusal(
        re.compile(r"no space left on device|(?:not|n't have) enough free space|disk quota exceeded", re.IGNORECASE),
        "disk.full",
        "there is no space left for {what}",
        "docker builder prune frees what builds have kept; docker system df shows what there is",
    ),
    Refusal(
        re.compile(r"Unable to locate package"),
        "image.packages",
        "the base image has no package {package}",
        "take it out of [container] apt in torch-starter.toml, or name another [container] base, such as ubuntu:24.04",
    ),
    Refusal(
        re.compile(r"exec format error|no match for platform|does not match the specified platform"),
        "image.processor",
        "an image here is for another processor than this machine's",
        "build it on such a machine, or let this one emulate it: sudo apt install qemu-user-static binfmt-support",
    ),
    Refusal(
        re.compile(r"failed to resolve|no such host|i/o timeout|connection refused|TLS handshake|dial tcp|pull access denied"),
        "image.unreachable",
        "an image or a package could not be fetched for {what}",
        "run it again when the network is there; docker pull of [container] base shows more",
    ),
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

    def has_volume(self, name: str) -> bool:
        """Whether there is a volume of this name."""
        return self.ask("volume", "inspect", name).ok

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
    if "already allocated" in said or "address already in use" in said:
        return port_taken(said)
    package = PACKAGE.search(said)
    for known in REFUSALS:
        if known.sign.search(said):
            message = known.message.format(what=what, package=package[1] if package else "")
            return CommandFailed(known.code, f"{message}: {end_of(said)}", known.remedy)
    return CommandFailed("engine.refused", f"{what} failed: {end_of(said)}", "mend what it says, then run the same command again")


def end_of(said: str) -> str:
    """Of the lines that call themselves errors the last, else the last of all: an error says there what it is."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if ERROR.search(line)]
    return " | ".join((errors or lines)[-2:])[-500:]


def port_taken(said: str) -> Problem:
    """The problem of a port that something else listens on, and how another is taken."""
    found = TAKEN.search(said)
    port = found[2] if found else "of the container"
    remedy = (
        f"end what listens there, or: TORCH_STARTER_PORT_{port}=0 ./dev.sh up, for any that is free" if found else "docker ps"
    )
    return CommandFailed("port.taken", f"port {port} of this machine is taken", remedy)
