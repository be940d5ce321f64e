"""Questions about what really lies at a path, and errors as the system tells them. Standard library alone, Python 3.8."""

from __future__ import annotations

import os
import posix
import stat
from typing import Any


def failed(code: int, path: Any) -> OSError:
    """The error of a number, of the kind that belongs to it."""
    return OSError(code, os.strerror(code), path)


def stated(path: str) -> Any:
    """What lies there, not followed; None for nothing."""
    try:
        return posix.lstat(path)
    except FileNotFoundError:
        return None


def lies(path: str) -> bool:
    """Whether anything lies there."""
    try:
        return posix.lstat(path) is not None
    except OSError:
        return False


def is_link(path: str) -> bool:
    try:
        return stat.S_ISLNK(posix.lstat(path).st_mode)
    except OSError:
        return False


def is_folder(path: str) -> bool:
    """Whether it is one, or a link to one."""
    try:
        return stat.S_ISDIR(posix.stat(path).st_mode)
    except OSError:
        return False


def is_special(info: Any) -> bool:
    """A pipe, a socket or a device: what is done to it is done to the real one."""
    return not (stat.S_ISREG(info.st_mode) or stat.S_ISDIR(info.st_mode) or stat.S_ISLNK(info.st_mode))


def same(path: Any, other: Any) -> bool:
    """Whether two paths, or an open file and a path, lead to one thing."""
    try:
        return os.path.samestat(posix.stat(path), posix.stat(other))
    except OSError:
        return False


def scanned(path: str, unless: Any = ()) -> Any:
    """The entries of a folder; none where it is none, if such an error is named."""
    try:
        with posix.scandir(path) as found:
            return list(found)
    except unless:
        return []


def settle(spare: str, place: str) -> None:
    """Put a file in its place, unless another process has done so: its own may have been changed already."""
    try:
        posix.link(spare, place, follow_symlinks=False)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        posix.rename(spare, place)


def pour(path: str, target: int) -> None:
    """Copy what is in a file into an open one; where the file system can, its blocks are shared."""
    source = posix.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            while posix.copy_file_range(source, target, 1 << 30):
                pass
        except (OSError, AttributeError):
            pass  # not everywhere; what is left is copied by hand
        piece = posix.read(source, 1 << 20)
        while piece:
            piece = piece[posix.write(target, piece) :] or posix.read(source, 1 << 20)
    finally:
        posix.close(source)


def named(number: int) -> str:
    """The path of an open file or folder; "" where it has none."""
    try:
        text = posix.readlink("/proc/self/fd/%d" % number)
    except OSError:
        return ""
    return "" if not text.startswith("/") or text.endswith(" (deleted)") else text


def begun(path: str) -> int:
    """When the first process of the trial came here, in ns by the clock of files."""
    posix.close(posix.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return posix.stat(path).st_mtime_ns
