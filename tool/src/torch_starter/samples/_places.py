"""Folders that samples write in: whether they can, what is left of what they wrote (nothing), and reading past memory."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import mmap
import os
import shutil
import subprocess
import sys
import uuid
from typing import Any, Callable, Dict, Iterator

PAGE = 4096
HINDERED = {
    errno.EACCES: "it may not be written in",
    errno.EPERM: "it may not be written in",
    errno.EROFS: "it can only be read",
    errno.ENOSPC: "there is no space left",
    errno.EDQUOT: "the quota is used up",
    errno.ENOENT: "it is not there",
    errno.ENOTDIR: "it is no folder",
}
SWEEP = "import shutil, sys; sys.stdin.read(); shutil.rmtree(sys.argv[1], True)"


def within(folder: str, wanted: int, work: Callable[[], Dict[str, Any]]) -> Dict[str, Any]:
    """What `work` answers; {"skip": why} where the folder cannot be written in, or has not twice the space."""
    try:
        state = os.statvfs(folder)
        free = state.f_bavail * state.f_frsize
        if free < 2 * wanted:
            return {"skip": "%s: %d MiB are free, wanted %d" % (folder, free // 2**20, 2 * wanted // 2**20)}
        return work()
    except OSError as error:
        if error.errno not in HINDERED:
            raise
        return {"skip": "%s: %s" % (folder, HINDERED[error.errno])}


@contextlib.contextmanager
def scratch(folder: str) -> Iterator[str]:
    """A new folder below this one, removed at the end; where this process is killed another one sees that, and removes it."""
    path = os.path.join(folder, ".torch-starter-" + uuid.uuid4().hex)
    words = [sys.executable, "-I", "-S", "-c", SWEEP, path]
    with subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True):  # its end waits for the sweeper, after the pipe
        try:
            os.mkdir(path)
            yield path
        finally:
            shutil.rmtree(path, True)


def direct(number: int) -> bool:
    """Let an open file be read and written past the kernel's memory; False where its file system cannot do that."""
    flags = fcntl.fcntl(number, fcntl.F_GETFL)
    page = mmap.mmap(-1, PAGE)
    try:
        fcntl.fcntl(number, fcntl.F_SETFL, flags | getattr(os, "O_DIRECT", 0))
        os.pwritev(number, [page], 0)  # some take the flag, and then refuse
        return hasattr(os, "O_DIRECT")
    except OSError:
        fcntl.fcntl(number, fcntl.F_SETFL, flags)
        return False


def drop(number: int, start: int = 0, length: int = 0) -> None:
    """Let the kernel forget what it keeps of a file in memory; only what was written out (fsync) can be."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(number, start, length, os.POSIX_FADV_DONTNEED)


def drop_all(paths: Any) -> None:
    """The same of files, by their paths."""
    for path in paths:
        number = os.open(path, os.O_RDONLY)
        drop(number)
        os.close(number)


def put(path: str, data: bytes) -> None:
    """Write a file so that it is on the disk."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
