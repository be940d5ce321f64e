"""A project with two environments, and files that fail in the middle of a switch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from torch_starter.core.files import DiskProblem, LocalFiles
from torch_starter.core.project import Project
from torch_starter.making.environments import RECORD, Environments, Record
from torch_starter.making.switching import Edit, Switch

PROVEN = Record(accelerator="cpu", reason="no GPU", extras=(), python="/usr/bin/python3.12", lock_hash="0", created_at="now")
OLD = {"locks/cpu.txt": "a==1\n", "locks/cu130.txt": "a==1\n", "pyproject.toml": 'dependencies = ["a"]\r\n'}
NEW = {"locks/cpu.txt": "a==2\n", "locks/holds.toml": "[[hold]]\n", "pyproject.toml": 'dependencies = ["a", "b"]\r\n'}
EDITED = tuple(Edit(path, OLD.get(path), NEW.get(path)) for path in sorted(OLD | NEW))  # one is made, and one is removed


class Killed(BaseException):
    """The process is dead."""


class Counting:
    """Files of which operation number `stop`, and all behind it, fail: as for a process that is killed before it."""

    def __init__(self, stop: int, error: Callable[[Path], BaseException], names: str = "write link remove", times: int = 999):
        self.left, self.error, self.names, self.times = stop, error, names.split(), times
        self.local = LocalFiles()

    def __getattr__(self, name: str) -> object:
        real = getattr(self.local, name)
        if name not in self.names:
            return real

        def operation(path: Path, *rest: object) -> object:
            self.left -= 1
            if -self.times <= self.left < 0:
                raise self.error(path)
            return real(path, *rest)

        return operation


def killed(path: Path) -> BaseException:
    return Killed()


def full(path: Path) -> BaseException:
    return DiskProblem("disk.full", f"no space left to write {path}", "free some space")


class House:
    """A project with the environments `a`, which is current, and `b`."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root, "here")
        self.files = LocalFiles()
        self.write(OLD)
        for name in ("a", "b"):
            self.make(name)
        self.environments.switch(self.folder("a"))

    def make(self, name: str) -> None:
        self.files.write(self.folder(name) / RECORD, msgspec.json.encode(PROVEN))

    def write(self, texts: dict[str, str]) -> None:
        for path, text in texts.items():
            self.files.write(self.project.root / path, text.encode(errors="surrogateescape"))

    def folder(self, name: str) -> Path:
        return self.project.environments / name

    def switch(self, files: object = None) -> Switch:
        return Switch(self.project, files or self.files, Environments(self.project, files or self.files))  # type: ignore[arg-type]

    @property
    def environments(self) -> Environments:
        return Environments(self.project, self.files)

    def roll_back(self, files: object = None) -> tuple[str, ...]:
        here, there = self.environments.current(), self.environments.previous()
        assert here
        assert there
        edits, left = self.switch().way(here, there)
        self.switch(files).go(edits, there)
        return left

    def texts(self) -> dict[str, str]:
        root = self.project.root
        paths = [*root.glob("locks/*"), *root.glob("locks/.*"), root / "pyproject.toml"]
        return {
            str(path.relative_to(root)): path.read_bytes().decode(errors="surrogateescape") for path in paths if path.is_file()
        }

    def state(self) -> tuple[str, dict[str, str]]:
        return Path(os.readlink(self.project.venv)).name, self.texts()
