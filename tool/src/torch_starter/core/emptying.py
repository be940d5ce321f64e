"""Emptying folders, one open folder at a time, never through a link and never into another mount."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass, field

from torch_starter.core.tree import BLOCK, Inode

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
HANDLE = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
MOST_TOLD = 20


@dataclass
class Removed:
    """What was done: bytes of the files whose last name went, how many names, and what stayed with the reason."""

    bytes: int = 0
    files: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)

    def stays(self, path: str, why: str) -> None:
        """One thing stayed; of very many only the first are told."""
        if len(self.left) < MOST_TOLD:
            self.left.append((path, why))

    def count(self, info: os.stat_result) -> None:
        """One name went."""
        self.files += 0 if stat.S_ISDIR(info.st_mode) else 1
        if info.st_nlink == 1 or stat.S_ISDIR(info.st_mode):
            self.bytes += info.st_blocks * BLOCK


def remove(parent: int, name: str, wanted: str, told: str, done: Removed) -> None:
    """Remove one entry of an open folder, with all below; `told` is what it was called when it was looked at."""
    info = status(parent, name)
    if info is None:
        return
    if not stat.S_ISDIR(info.st_mode):
        unlink(parent, name, info, told, done)
        return
    try:
        handle = enter(parent, name, info)
    except OSError as error:
        done.stays(told, reason(error))
        return
    with contextlib.closing(Descent(handle, wanted, told, done)) as descent:
        descent.empty()
    rmdir(parent, name, info, told, done)


class Descent:
    """Empties a folder, however deep: one folder is open at a time, and each is known by its inode on the way back up."""

    def __init__(self, handle: int, wanted: str, told: str, done: Removed) -> None:
        self.here, self.wanted, self.done = handle, wanted, done
        self.names = [told]  # from the top down
        self.inodes = [inode_of(handle)]
        self.waiting: list[list[tuple[str, os.stat_result]]] = []

    def close(self) -> None:
        os.close(self.here)

    def empty(self) -> None:
        """Remove all that is in it, as far as that can be."""
        self.waiting.append(self.clear())
        while self.waiting:
            if self.waiting[-1]:
                name, info = self.waiting[-1][-1]
                if self.down(name, info):
                    self.waiting.append(self.clear())
                else:
                    self.waiting[-1].pop()
            elif not self.up():
                return

    def clear(self) -> list[tuple[str, os.stat_result]]:
        """Remove what is no folder; the folders that are still to be emptied."""
        if mount(self.here) != self.wanted:
            self.done.stays(self.told(""), "something else is mounted there")
            return []
        folders = []
        try:
            names = os.listdir(self.here)
        except OSError as error:
            self.done.stays(self.told(""), reason(error))
            return []
        for name in names:
            info = status(self.here, name)
            if info is not None and stat.S_ISDIR(info.st_mode):
                folders.append((name, info))
            elif info is not None:
                unlink(self.here, name, info, self.told(name), self.done)
        return folders

    def down(self, name: str, info: os.stat_result) -> bool:
        """Go into a folder; False where that cannot be."""
        try:
            below = enter(self.here, name, info)
        except OSError as error:
            if error.errno != errno.ENOENT:
                self.done.stays(self.told(name), reason(error))
            return False
        os.close(self.here)
        self.here = below
        self.names.append(name)
        self.inodes.append(inode_of(below))
        return True

    def up(self) -> bool:
        """Go back, and remove the folder that is empty now. False at the top, and where somebody has moved what we are in."""
        self.waiting.pop()
        if not self.waiting:
            return False
        told, name = self.told(""), self.names.pop()
        self.inodes.pop()
        try:
            above = os.open("..", FOLDER, dir_fd=self.here)
        except OSError as error:
            self.done.stays(told, reason(error))
            return False
        os.close(self.here)
        self.here = above
        if inode_of(above) != self.inodes[-1]:
            self.done.stays(told, "it was moved to another place meanwhile")
            return False
        _, info = self.waiting[-1].pop()
        rmdir(self.here, name, info, told, self.done)
        return True

    def told(self, name: str) -> str:
        """What something here was called when it was looked at."""
        return "/".join([*self.names, *([name] if name else [])])


def enter(parent: int, name: str, info: os.stat_result) -> int:
    """Open a folder by its name, made accessible where it is ours; raises OSError, also where it is another one now."""
    open_up(parent, name, info)
    handle = os.open(name, FOLDER, dir_fd=parent)
    if inode_of(handle) != (info.st_dev, info.st_ino):
        os.close(handle)
        raise OSError(errno.ESTALE, "it is another one than was looked at")
    return handle


def open_up(parent: int, name: str, info: os.stat_result) -> None:
    """Let us into a folder of ours that we have shut ourselves out of. By its handle: a name may lead elsewhere by now."""
    if not stat.S_ISDIR(info.st_mode) or info.st_mode & stat.S_IRWXU == stat.S_IRWXU or info.st_uid != os.geteuid():
        return
    handle = os.open(name, HANDLE, dir_fd=parent)
    try:
        if inode_of(handle) == (info.st_dev, info.st_ino):
            with contextlib.suppress(OSError):  # without /proc
                os.chmod(f"/proc/self/fd/{handle}", stat.S_IMODE(info.st_mode) | stat.S_IRWXU)
    finally:
        os.close(handle)


def unlink(parent: int, name: str, info: os.stat_result, told: str, done: Removed) -> None:
    """Remove a name that is no folder's."""
    try:
        os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        return
    except OSError as error:
        done.stays(told, reason(error))
        return
    done.count(info)


def rmdir(parent: int, name: str, info: os.stat_result, told: str, done: Removed) -> None:
    """Remove an empty folder. One that is not empty has something in it of which that was told, or that has just come."""
    try:
        os.rmdir(name, dir_fd=parent)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ENOTEMPTY or not any(path.startswith(told) for path, _ in done.left):
            done.stays(told, reason(error))
        return
    done.count(info)


def status(parent: int, name: str) -> os.stat_result | None:
    """What a name in an open folder is; None where there is nothing, or it may not be seen."""
    try:
        return os.stat(name, dir_fd=parent, follow_symlinks=False)
    except OSError:
        return None


def inode_of(handle: int) -> Inode:
    info = os.fstat(handle)
    return info.st_dev, info.st_ino


def mount(handle: int) -> str:
    """What tells the mount of an open folder: a folder that is mounted at a second place has the same device, but not this."""
    with contextlib.suppress(OSError), open(f"/proc/self/fdinfo/{handle}", encoding="ascii") as file:
        return next((line for line in file if line.startswith("mnt_id")), "")
    return str(os.fstat(handle).st_dev)


def reason(error: OSError) -> str:
    """Why, in words."""
    words = {errno.ELOOP: "it is a link", errno.ENOTDIR: "it is no folder, or a link", errno.ENOTEMPTY: "something came into it"}
    return words.get(error.errno or 0, error.strerror or str(error))
