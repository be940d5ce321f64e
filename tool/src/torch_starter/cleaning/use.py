"""Who uses what: the files that living processes have open, mapped or stand in, and the locks that they hold, by /proc.

Processes of the host are not in the /proc of a container. The locks that these hold are seen by asking for them.
"""

from __future__ import annotations

import bisect
import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

DELETED = " (deleted)"
LOCK = re.compile(r"^\d+: \S+\s+\S+\s+\S+\s+(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) ", re.MULTILINE)
STARTED_IN = re.compile(r"(?:^|\0)VIRTUAL_ENV=(/[^\0]+)")
UNSEEN = -1  # the number of a process that is not told to us
MAPPED = re.compile(r"^\S+ \S+ \S+ \S+ \S+ +(/.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Uses:
    """What is in use just now: paths with the number of the process, sorted; files that are locked; libraries that our processes
    have loaded.

    `unseen`: how many processes of others may not be looked into. `names`: what each process is called.
    """

    paths: Sequence[tuple[str, int]] = ()
    locks: dict[tuple[int, int], int] = field(default_factory=dict)
    loaded: Sequence[tuple[str, int]] = ()
    names: dict[int, str] = field(default_factory=dict)
    unseen: int = 0

    def below(self, path: str) -> int | None:
        """A process that uses something at or below a real path."""
        at = bisect.bisect_left(self.paths, (path, 0))
        for each, number in self.paths[at : at + 1]:
            if each == path:
                return number
        at = bisect.bisect_left(self.paths, (f"{path}/", 0))
        inside = self.paths[at : at + 1]
        return inside[0][1] if inside and inside[0][0].startswith(f"{path}/") else None

    def holder(self, path: str) -> int | None:
        """A process that holds a lock of a file, also one of somebody else."""
        try:
            info = os.stat(path)
        except OSError:
            return None
        return self.locks.get((info.st_dev, info.st_ino))

    def loading(self, ends: Iterable[str]) -> int | None:
        """A process of ours that has a library loaded, by the end of its name."""
        wanted = tuple(ends)
        return next((number for name, number in self.loaded if wanted and name.endswith(wanted)), None)

    def told(self, number: int) -> str:
        """A process for people."""
        if number == UNSEEN:
            return "a process that is not to be seen from here"
        name = self.names.get(number, "")
        return f"process {number} ({name})" if name else f"process {number}"


def used_by(uses: Uses, paths: Iterable[str], holds: Sequence[str], libraries: Iterable[str]) -> str:
    """Who uses what lies at some paths, in words; empty where nobody does."""
    for path in map(real, (*paths, *holds)):
        number = uses.below(path)
        if number is None:
            number = uses.holder(path)
        if number is not None:
            return f"{uses.told(number)} uses it"
    if any(map(locked, holds)):
        return f"{uses.told(UNSEEN)} uses it"
    number = uses.loading(libraries)
    return f"{uses.told(number)} has torch loaded, and may read it at any moment" if number is not None else ""


def real(path: str) -> str:
    """Where it is, as the kernel names it; what it leads to, where it is a link itself, is not it."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def locked(path: str) -> bool:
    """Whether others hold a file's lock, wherever they run: for a moment we take it ourselves. Not where it is we who hold it."""
    if not os.path.isfile(path):
        return False
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return not is_open_besides(file)
    except OSError:  # some network file systems know no locks
        return False
    finally:
        os.close(file)
    return False


def is_open_besides(file: int) -> bool:
    """Whether we have the same file open once more."""
    ours = (int(link.name) for link in opened(Path("/proc/self/fd")))
    return any(other != file and is_same(file, other) for other in ours)


def is_same(file: int, other: int) -> bool:
    try:
        return os.path.sameopenfile(file, other)
    except OSError:  # it was closed meanwhile
        return False


def look(proc: Path = Path("/proc"), me: int | None = None) -> Uses:
    """All processes that are there now, but ours. One that ends meanwhile uses nothing."""
    paths: list[tuple[str, int]] = []
    loaded: list[tuple[str, int]] = []
    names: dict[int, str] = {}
    unseen, mine = 0, os.getpid() if me is None else me
    for number in numbers(proc):
        folder = proc / str(number)
        found = None if number == mine else set(files(folder))
        if found is None:
            continue
        unseen += not os.access(folder / "fd", os.R_OK)
        names[number] = text(folder / "comm").strip()
        paths += [(path, number) for path in found]
        if owner(folder) == os.geteuid():
            loaded += [(path, number) for path in found if ".so" in path]
    held = {file: number for file, number in locks(text(proc / "locks")).items() if number != mine}
    return Uses(sorted(paths), held, loaded, names, unseen)


def numbers(proc: Path) -> list[int]:
    try:
        return sorted(int(name) for name in os.listdir(proc) if name.isdigit())
    except OSError:
        return []


def files(folder: Path) -> Iterator[str]:
    """What one process stands in, runs, has open and has mapped, and the environment it was started in; as far as we may see it.

    Of a virtual environment nothing need be open: its interpreter is a link to one outside.
    """
    for link in (folder / "cwd", folder / "exe", *opened(folder / "fd")):
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target.startswith("/") and not target.endswith(DELETED):
            yield target
    yield from (path for path in MAPPED.findall(text(folder / "maps")) if not path.endswith(DELETED))
    program = text(folder / "cmdline").partition("\0")[0]
    yield from map(real, filter(os.path.isabs, [program, *STARTED_IN.findall(text(folder / "environ"))]))


def opened(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder)]
    except OSError:
        return []


def locks(table: str) -> dict[tuple[int, int], int]:
    """Device and inode of each locked file, with the process; of an open file description the process is not told (-1)."""
    return {
        (os.makedev(int(major, 16), int(minor, 16)), int(inode)): int(number)
        for number, major, minor, inode in LOCK.findall(table)
    }


def owner(folder: Path) -> int:
    try:
        return folder.stat().st_uid
    except OSError:
        return -1


def text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
