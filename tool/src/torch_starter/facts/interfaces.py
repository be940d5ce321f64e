"""The network interfaces of this machine, by which processes of a job find each other."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact, Unknown
from torch_starter.core.machine import Machine


class Interfaces(Fact, frozen=True):
    """The names of the interfaces, such as lo and eth0."""

    key: ClassVar[str] = "interfaces"
    names: tuple[str, ...]

    @classmethod
    def gather(cls, machine: Machine) -> Interfaces:
        try:
            return cls(names=tuple(sorted(name for _, name in socket.if_nameindex())))
        except OSError as error:
            raise Unknown(f"the network interfaces cannot be listed: {error.strerror}") from error


def shares_the_hosts(folder: Path) -> bool:
    """Whether a container has the network of its host: one of its own has neither devices nor bridges, only ends of cables.

    `folder` is /sys/class/net.
    """
    return any((each / "device").exists() or (each / "bridge").exists() for each in folder.glob("*"))
