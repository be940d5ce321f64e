"""The image that this container was started from, where it is one of ours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import msgspec

from torch_starter.core.facts import Absent, Fact, Unknown
from torch_starter.core.machine import Machine
from torch_starter.core.project import IMAGE

FILE = "image.json"


class Image(Fact, frozen=True):
    """What an image was built from: the accelerator, and the digests of its lock and of its Dockerfile."""

    key: ClassVar[str] = "image"
    accelerator: str
    lock_hash: str
    dockerfile: str

    @classmethod
    def gather(cls, machine: Machine) -> Image:
        folder = machine.variables.get(IMAGE)
        if not folder:
            raise Absent("not in a container of ours")
        try:
            return msgspec.json.decode(machine.files.read(Path(folder) / FILE) or "", type=cls)
        except msgspec.MsgspecError as error:
            raise Unknown(f"{folder}/{FILE} does not say what the image was built from") from error


class Workspace(Fact, frozen=True):
    """In a container of ours: the project's folder, and whether its user may write there."""

    key: ClassVar[str] = "workspace"
    writable: bool

    @classmethod
    def gather(cls, machine: Machine) -> Workspace:
        folder = machine.variables.get("TORCH_STARTER_ROOT")
        if not machine.variables.get(IMAGE) or not folder:
            raise Absent("not in a container of ours")
        return cls(writable=os.access(folder, os.W_OK))
