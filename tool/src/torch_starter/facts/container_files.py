"""The container files below a folder, as texts. Links that lead out of it are not followed, and what is too much is said."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from torch_starter.core.container_files import Unread
from torch_starter.core.report import Place

LARGEST = 250_000  # bytes of a file that people write
DEEPEST = 8  # folders below the one that is given
MOST = 100_000  # entries that are looked at
CROWDED = 1_000  # folders in one from which on they hold data
VISIBLE = (".devcontainer", ".docker")  # the others that begin with a dot hold what tools keep for themselves
SKIPPED = frozenset(("node_modules", "site-packages", "__pycache__", "vendor", "third_party"))


class Found:
    """Texts by path, relative to the folder and printable; of each its mode, such as "644"; and what could not be read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.texts: dict[str, str] = {}
        self.modes: dict[str, str] = {}
        self.unread: list[Unread] = []

    def take(self, path: str, name: str) -> None:
        """Read one file that is called `name` in reports."""
        try:
            state = os.stat(path)
            if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(self.root), "")):
                self.miss(name, "it is a link that leads out of the folder")
            elif not stat.S_ISREG(state.st_mode):
                self.miss(name, "it is no file")
            elif state.st_size > LARGEST:
                self.miss(name, f"it is larger than {LARGEST // 1000} kB")
            else:
                self.keep(name, Path(path).read_bytes(), f"{stat.S_IMODE(state.st_mode):o}")
        except OSError as error:
            self.miss(name, f"it cannot be read: {error.strerror}")

    def keep(self, name: str, data: bytes, mode: str) -> None:
        """The text of a file; what holds a zero is none."""
        if b"\0" in data:
            self.miss(name, "it is no text")
        else:
            self.texts[name], self.modes[name] = data.decode(errors="replace"), mode

    def miss(self, name: str, why: str) -> None:
        self.unread.append(Unread(Place(name), why))


def look(folder: Path, wanted: Callable[[str], bool]) -> Found:
    """The files below a folder whose names are wanted, those nearest to it first."""
    found = Found(folder)
    waiting, seen = deque([(str(folder), "", 0)]), 0
    while waiting:
        path, name, depth = waiting.popleft()
        try:
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError as error:
            found.miss(name or ".", f"it cannot be looked into: {error.strerror}")
            continue
        seen += len(entries)
        if seen > MOST:
            found.miss(name or ".", f"there are more than {MOST:,} files and folders: the rest was not looked at")
            break
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue  # an environment of Python
        inner = [entry for entry in entries if is_inside(entry)]
        for entry in entries:
            called = printable(f"{name}{entry.name}")
            if wanted(called) and not entry.is_dir():
                found.take(entry.path, called)
        if depth < DEEPEST and len(inner) < CROWDED:
            waiting += [(entry.path, f"{name}{entry.name}/", depth + 1) for entry in inner]
    return found


def read_more(found: Found, names: Iterable[str]) -> None:
    """Read files that others name, as far as they are there."""
    for name in sorted(names):
        path = os.path.join(found.root, name)
        if name not in found.texts and os.path.isfile(path):
            found.take(path, name)


def look_at(file: Path) -> Found:
    """One file alone."""
    found = Found(file.parent)
    found.take(str(file), printable(file.name))
    return found


def is_inside(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder of the project's own."""
    if entry.name in SKIPPED or (entry.name.startswith(".") and entry.name not in VISIBLE):
        return False
    return entry.is_dir(follow_symlinks=False)


def printable(name: str) -> str:
    """A name without signs that a terminal obeys, or that no encoding has."""
    text = os.fsencode(name).decode(errors="backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
