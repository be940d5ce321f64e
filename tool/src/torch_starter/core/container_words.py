"""How the settings of a container are called in each kind of file: one table for who reads them, and for who says what to write.

The names that rules know are those behind the colons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["compose", "devcontainer"]

COMPOSE = {
    "privileged": "privileged",
    "network_mode": "network",
    "pid": "pid",
    "ipc": "ipc",
    "userns_mode": "userns",
    "user": "user",
    "runtime": "runtime",
    "shm_size": "shm",
    "mem_limit": "memory",
    "pids_limit": "pids",
    "image": "image",
    "restart": "restart",
    "extends": "extends",
}
COMPOSE_LISTS = {
    "cap_add": "cap-add",
    "cap_drop": "cap-drop",
    "security_opt": "security-opt",
    "profiles": "profile",
    "devices": "device",
}
DEVCONTAINER = {"privileged": "privileged", "image": "image", "containerUser": "user", "remoteUser": "remote-user"}
DEVCONTAINER_LISTS = {"capAdd": "cap-add", "securityOpt": "security-opt", "dockerComposeFile": "compose-file"}
RUN_SWITCHES = {  # of docker run, as runArgs has them
    "--privileged": "privileged",
    "--init": "init",
    "--rm": "rm",
    "--read-only": "read-only",
    "-it": "it",
    "-d": "detach",
}
RUN = {  # with a value behind them
    "--cap-add": "cap-add",
    "--cap-drop": "cap-drop",
    "--security-opt": "security-opt",
    "--network": "network",
    "--net": "network",
    "--pid": "pid",
    "--ipc": "ipc",
    "--userns": "userns",
    "--user": "user",
    "-u": "user",
    "--runtime": "runtime",
    "--gpus": "gpu",
    "--shm-size": "shm",
    "--memory": "memory",
    "-m": "memory",
    "--pids-limit": "pids",
    "--device": "device",
    "--env-file": "env-file",
    "--volume": "volume",
    "-v": "volume",
    "--mount": "mount",
    "--tmpfs": "tmpfs",
    "--publish": "publish",
    "-p": "publish",
    "--env": "env",
    "-e": "env",
}


def called(table: Mapping[str, str], name: str) -> str:
    """The first word of a table for a setting; empty where it has none."""
    return next((word for word, known in table.items() if known == name), "")


def written(kind: Kind, name: str, value: str) -> str:
    """A setting as one writes it in a kind of file; what has no word of its own in a dev container is one of runArgs.

    One that no table has is called by its name.
    """
    if kind == "compose":
        return f"`{called(COMPOSE, name) or name}: {value}`"
    key, flag = called(DEVCONTAINER, name), called(RUN, name)
    return f'"runArgs": ["{flag}={value}"]' if flag and not key else f'"{key or name}": "{value}"'
