"""The environments of this project on this platform: which is current, which was before, and the switch between them.

`.venv` is a link into `.torch-starter/<platform>/envs/`. Replacing it, in one rename, is the whole switch. `history.json`
only remembers the order; whatever it says, `.venv` is right.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from torch_starter.core.files import Files
from torch_starter.core.problems import WrongUsage
from torch_starter.core.project import Project

RECORD = "torch-starter.json"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What is written into an environment once it is proven: without it, it is a left-over of a set-up that was stopped.

    `asked`: the user named the accelerator, and it stays until another is named, or `auto`. `packages` are the names of the
    metadata folders, by which a change is seen. `seconds`: what building it took; 0 where that is not known.
    """

    accelerator: str
    reason: str
    extras: tuple[str, ...]
    python: str
    lock_hash: str
    created_at: str
    packages: tuple[str, ...] = ()
    asked: bool = False
    seconds: float = 0.0

    @property
    def torch(self) -> str | None:
        """The version of torch in it; None where there is none."""
        return next((name.split("-")[1] for name in self.packages if name.startswith("torch-")), None)


class Environments:
    """The environments below one project's state folder."""

    def __init__(self, project: Project, files: Files) -> None:
        self._project = project
        self._files = files
        self._history = project.home / "history.json"

    def current(self) -> Path | None:
        """The environment that `.venv` links to; where that belongs to another platform, the last one of ours."""
        if self._project.venv.is_symlink():
            linked = self._project.venv.parent / os.readlink(self._project.venv)
            if linked.parent == self._project.environments and self.record(linked):
                return linked
        return next(self._proven(), None)

    def previous(self) -> Path | None:
        """The one that was current before."""
        current = self.current()
        return next((path for path in self._proven() if path != current), None)

    def record(self, environment: Path) -> Record | None:
        """What is known of a proven environment; None for any other folder."""
        text = self._files.read(environment / RECORD)
        try:
            return msgspec.json.decode(text, type=Record) if text else None
        except msgspec.DecodeError:
            return None

    def switch(self, environment: Path) -> None:
        """Make an environment current in one step; raises WrongUsage where `.venv` is not ours to replace."""
        self.refuse_foreign_venv()
        before = [path.name for path in (self.current(), *self._proven()) if path]
        self._remember(before)  # first, so that no kill behind the link makes us forget what is current now
        self._files.link(self._project.venv, os.path.relpath(environment, self._project.venv.parent))
        self._remember([environment.name, *before])

    def _remember(self, names: list[str]) -> None:
        self._files.write(self._history, json.dumps({"newest_first": list(dict.fromkeys(names))[:2]}))

    def refuse_foreign_venv(self) -> None:
        """Raise WrongUsage where `.venv` is a real folder: somebody else made it, and its content is theirs."""
        venv = self._project.venv
        if venv.exists() and not venv.is_symlink():
            raise WrongUsage("venv.foreign", f"{venv} is a folder that torch-starter did not make", f"mv {venv} {venv}-old")

    def left_over(self) -> list[Path]:
        """Folders that are neither current nor the one before."""
        kept = {self.current(), self.previous()}
        folder = self._project.environments
        return [path for path in sorted(folder.iterdir()) if path not in kept] if folder.is_dir() else []

    def _proven(self) -> Iterator[Path]:
        try:
            names = json.loads(self._files.read(self._history) or "{}").get("newest_first", [])
        except (ValueError, AttributeError):
            names = []
        for name in names if isinstance(names, list) else []:
            path = self._project.environments / str(name)
            if self.record(path):
                yield path
