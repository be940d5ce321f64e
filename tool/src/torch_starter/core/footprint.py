"""What lies in folders at a moment, and what was written there between two moments: what a trial changed all the same."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LIMIT = 200_000  # files: a folder of data must not stall it
SKIPPED = frozenset({".git", "__pycache__", ".venv", ".torch-starter"})

State = tuple[int, int, int]


@dataclass(frozen=True)
class Footprint:
    """The files below some folders: path -> time of the last change in ns, size, inode.

    `left` are folders that were not looked into, because there were too many files: nothing is known of what is below them.
    """

    files: Mapping[str, State] = field(default_factory=dict)
    left: frozenset[str] = frozenset()

    @property
    def cut(self) -> bool:
        """Whether there was more than it holds."""
        return bool(self.left)

    def knows(self, path: str) -> bool:
        """Whether it would hold a file, if there was one."""
        return not self.left or not any(str(folder) in self.left for folder in Path(path).parents)


def take(folders: Sequence[Path], skip: Sequence[Path] = (), limit: int = LIMIT) -> Footprint:
    """Look at the files below folders, those near the top first. Links are looked at, and not followed.

    A folder is taken whole or left whole. Caches of Python, environments, our own state and git's are passed over, and `skip`.
    """
    files: dict[str, State] = {}
    left = set[str]()
    passed = {os.path.abspath(path) for path in skip}
    waiting = deque(dict.fromkeys(os.path.abspath(folder) for folder in folders))
    seen = set[str]()
    while waiting:
        folder = waiting.popleft()
        if folder in seen or folder in passed:
            continue
        seen.add(folder)
        found = look(folder, limit - len(files))
        if found is None:
            left.add(folder)
            continue
        files.update(found[0])
        waiting.extend(each for each in found[1] if os.path.basename(each) not in SKIPPED)
    return Footprint(files, frozenset(left))


def look(folder: str, room: int) -> tuple[dict[str, State], list[str]] | None:
    """The files and the folders in a folder; None where there are more files than there is room for."""
    files: dict[str, State] = {}
    folders = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif len(files) == room:
                    return None
                else:
                    with contextlib.suppress(FileNotFoundError):  # it went away meanwhile
                        info = entry.stat(follow_symlinks=False)
                        files[entry.path] = (info.st_mtime_ns, info.st_size, info.st_ino)
    except OSError:
        pass  # no folder, or one that may not be read
    return files, sorted(folders)


def changed(before: Footprint, after: Footprint) -> list[str]:
    """The files that were written, came or went between two looks; nothing is said of what but one of them knows."""
    paths = before.files.keys() | after.files.keys()
    other = (path for path in paths if before.files.get(path) != after.files.get(path))
    return sorted(path for path in other if before.knows(path) and after.knows(path))
