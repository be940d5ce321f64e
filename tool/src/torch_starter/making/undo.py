"""Files that are written so that they can be had back, byte for byte: what was there is kept first."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from torch_starter.core.files import Files


class Kept(msgspec.Struct, frozen=True):
    """A file before it was written: its bytes (None: there was none), and a hash of what was written."""

    path: str
    was: str | None
    now: str


class Step(msgspec.Struct, frozen=True):
    """Files that were written together, and what for."""

    name: str
    files: tuple[Kept, ...]


class Undo:
    """Steps that can be undone, the newest first; they are remembered in the file `journal`."""

    def __init__(self, files: Files, journal: Path) -> None:
        self._files = files
        self._journal = journal

    def write(self, name: str, texts: Mapping[Path, str]) -> None:
        """Write files as one step of a name; raises DiskProblem. Stopped half way, the step can be undone all the same."""
        kept = tuple(Kept(str(path), encoded(content(path)), digest(text.encode())) for path, text in texts.items())
        self._remember([*self.steps(), Step(name, kept)])
        for path, text in texts.items():
            self._files.write(path, text)

    def undo(self, name: str | None) -> tuple[Step, list[Path]] | None:
        """Undo the newest step, or the newest one of a name. None: there is none.

        With it come the files that somebody has changed meanwhile: then nothing is undone.
        """
        steps = self.steps()
        step = next((each for each in reversed(steps) if name is None or each.name == name), None)
        if step is None:
            return None
        changed = [Path(each.path) for each in step.files if not ours(each)]
        if not changed:
            for each in step.files:
                put_back(self._files, each)
            self._remember([each for each in steps if each is not step])
        return step, changed

    def steps(self) -> list[Step]:
        """The steps that can be undone, the oldest first."""
        text = self._files.read(self._journal)
        try:
            return msgspec.json.decode(text, type=list[Step]) if text else []
        except msgspec.MsgspecError:
            return []

    def _remember(self, steps: list[Step]) -> None:
        self._files.write(self._journal, msgspec.json.encode(steps))


def ours(kept: Kept) -> bool:
    """Whether a file is as we wrote it, or as it was before."""
    now = content(Path(kept.path))
    return encoded(now) == kept.was or (now is not None and digest(now) == kept.now)


def put_back(files: Files, kept: Kept) -> None:
    """As it was."""
    if kept.was is not None:
        files.write(Path(kept.path), base64.b64decode(kept.was))
    elif Path(kept.path).exists():
        files.remove(Path(kept.path))


def content(path: Path) -> bytes | None:
    """The bytes of a file; None where there is none."""
    return path.read_bytes() if path.is_file() else None


def encoded(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
