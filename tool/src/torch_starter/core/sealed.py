"""What is kept with its checksums: files, and what they must be."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

CHUNK = 4 * 2**20  # bytes that are read at once
GIT = "git"  # SHA-1 of a header and the file, as git names its blobs


class Seal(NamedTuple):  # there are hundreds of thousands
    """A file and its checksum: path, bytes (-1: not told, it was there), kind of hash, and what it may be, in hexadecimal.

    A value that is shorter than its hash is the beginning of it.
    """

    path: str
    size: int
    kind: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Sealed:
    """What is mended as one. `mend` says how it is had again, once what is damaged is gone.

    `clean` is what uv is asked to remove; without it the damaged files go, each for itself. `root`: nothing outside it goes.
    """

    cache: str
    part: str
    root: str
    seals: tuple[Seal, ...]
    mend: str
    clean: str = ""


class Broken(NamedTuple):
    """A file that does not hold: what is wrong; `unread` where it could not be looked at."""

    path: str
    what: str
    unread: bool = False


def broken(seal: Seal, read: Callable[[int], None] = lambda bytes: None) -> Broken | None:
    """Hold one file against its checksum; `read` is told the bytes as they are read."""
    try:
        with open(seal.path, "rb") as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                return Broken(seal.path, "no file")
            if seal.size not in (-1, info.st_size):
                return Broken(seal.path, f"{info.st_size} bytes instead of {seal.size}")
            found = hash_of(seal.kind, info.st_size)
            while chunk := file.read(CHUNK):
                found.update(chunk)
                read(len(chunk))
    except (FileNotFoundError, NotADirectoryError):
        return Broken(seal.path, "missing")
    except OSError as error:
        return Broken(seal.path, error.strerror or str(error), unread=True)
    return None if found.hexdigest().startswith(seal.values) else Broken(seal.path, "other contents")


def hash_of(kind: str, size: int) -> hashlib._Hash:
    """A hash that is about to be fed with a file of a size."""
    if kind != GIT:
        return hashlib.new(kind, usedforsecurity=False)
    return hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
