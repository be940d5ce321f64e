"""Servers of notebooks, by which whoever reaches them runs programs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from torch_starter.core.commands import Command
from torch_starter.core.container_files import Container, ContainerFiles, Stage
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well, wrong
from torch_starter.rules.host import EVERYWHERE

CLASS = r"--(c\.)?(Notebook|Server|Lab|Extension|JupyterNotebook)App"
PROVIDER = r"(Password)?IdentityProvider"
TOKEN = rf"({CLASS}|--{PROVIDER})\.token|--token"
PASSWORD = rf"({CLASS}\.password)|--{PROVIDER}\.(hashed_)?password"
ADDRESS = rf"{CLASS}\.ip|--ip"
STARTERS = (
    "start-notebook.sh",
    "start-notebook.py",
    "start-singleuser.sh",
    "start-singleuser.py",
)  # listen everywhere by themselves
PROGRAMS = frozenset(("jupyter", "jupyter-lab", "jupyter-notebook", "jupyter-server", "jupyterlab", "notebook", *STARTERS))


def servers(files: ContainerFiles) -> Iterator[Sight]:
    if not files.dockerfiles and not files.containers:
        raise Absent("there is no Dockerfile, no compose file and no dev container here")
    for stage in (stage for file in files.dockerfiles.values() for stage in file.stages):
        for command in started(stage):
            yield of_server(command, False, "") if is_open(command) else well(command.place)
    for container in files.containers:
        for command in container.started:
            yield of_server(command, is_local(container), container.kind) if is_open(command) else well(command.place)


def started(stage: Stage) -> Iterator[Command]:
    """What a stage starts: the words of its last CMD stand behind those of its last ENTRYPOINT."""
    entries, others = ([each for one in stage.of(word)[-1:] for each in one.started] for word in ("ENTRYPOINT", "CMD"))
    if entries and others and others[0].words and others[0].words[0].startswith("-"):
        others[0] = replace(others[0], words=(*entries.pop().words, *others[0].words))
    yield from (*entries, *others)


def is_open(command: Command) -> bool:
    """Whether it is a server of notebooks that listens everywhere and asks for nothing."""
    names = {posixpath.basename(word) for word in command.words[:6]}
    if not names & PROGRAMS:
        return False
    everywhere = bool(names & set(STARTERS)) or any(value in EVERYWHERE for value in command.values(ADDRESS))
    tokens, passwords = command.values(TOKEN), command.values(PASSWORD)
    return everywhere and tokens[-1:] == [""] and not any(passwords)


def is_local(container: Container) -> bool:
    """Whether nobody outside of the machine reaches it, as far as its ports say."""
    far = any(port.address in EVERYWHERE for port in container.ports)
    return not far and container.value("network") != "host"


def of_server(command: Command, local: bool, kind: str) -> Sight:
    """One that is open."""
    who = "every program on this machine, and in containers beside it," if local else "whoever reaches its port"
    return (stale if local else wrong)(
        command.place,
        f"`{short(command.text)}`: {who} runs what it likes in the container, as its user, without a token or a password",
        "a token, which the server makes and prints by itself",
        "take the option for the token out; for one that stays set the variable JUPYTER_TOKEN"
        + {"compose": " in .env", "devcontainer": ' by "remoteEnv"'}.get(kind, " where the container is started"),
    )


RULES = (
    Rule(
        "files.notebook-token",
        "a server of notebooks asks who is there",
        "An empty token switches the question off: whoever reaches the port has a shell in the container, with its data and "
        "credentials. Where it is published on this machine alone, or not at all, it is a warning.",
        servers,
        "commands that containers start",
        "Jupyter with an empty token and no password on all addresses, in CMD and ENTRYPOINT, in command and entrypoint of "
        "services, and in the commands of dev containers.",
        "Leave the token to the server, or set JUPYTER_TOKEN.",
        "The manual of Jupyter Server: security",
    ),
)
