"""Reading a bundle, once over: each file is held against the manifest while it comes."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from torch_starter.bundles import manifest as manifests
from torch_starter.bundles.frames import Damaged, NotStored, Reader, Truncated
from torch_starter.bundles.manifest import AGAIN, Item, Manifest, damaged
from torch_starter.core.later import Later
from torch_starter.core.problems import CommandFailed, Problem, WrongUsage

Pieces = Iterator[memoryview]

AT_ONCE = 32  # pieces, of 128 KiB at most, that are hashed while the same are written
MOST = 1 << 62  # bytes of a file
MOST_OF_RECORDS = 1 << 20  # bytes
RECORD = re.compile(rb"\d+ ([a-z]+)=([^\n]*)\n")


class Bundle:
    """An open bundle. Its contents come once, in the order of the manifest, each to be taken before the next is asked for."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        with damage(manifests.NAME):
            self._reader = Reader(file)
        text, sealed = (self._small(name) for name in (manifests.NAME, manifests.SEAL))
        self.manifest: Manifest = manifests.decoded(text, sealed)

    def contents(self) -> Iterator[tuple[Item, Pieces]]:
        """Each file with the pieces of what is in it; raises CommandFailed where another comes than the manifest says."""
        for item in self.manifest.items:
            self._next(item.path, item.size)
            yield item, self._reader.take(item.size)
            self._pad(item.path, item.size)
        with damage(f"after {self.manifest.items[-1].path if self.manifest.items else manifests.SEAL}"):
            more = self._header()
        if more is not None:
            raise damaged(f"the bundle holds {more.name!r}, which its manifest does not name")

    def _small(self, name: str) -> bytes:
        size = self._next(name, None)
        with damage(name):
            content = b"".join(self._reader.take(size))
        self._pad(name, size)
        return content

    def _next(self, name: str, size: int | None) -> int:
        """The size of the next file, which must be this one."""
        with damage(name):
            info = self._header()
        if info is None:
            raise damaged(f"the bundle has no {name}")
        if info.name != name or not info.isreg():
            raise damaged(f"the bundle holds {info.name!r} where {name} should be")
        if info.size != (info.size if size is None else size) or info.size > MOST:
            raise damaged(f"{name} is of {info.size} bytes in the bundle, and of {size} in its manifest")
        return info.size

    def _header(self) -> tarfile.TarInfo | None:
        """The next file, its name and size taken from the records before it where these are long; None at the end."""
        block = self._exactly(tarfile.BLOCKSIZE)
        if not block.strip(b"\0"):
            return None
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if info.type != tarfile.XHDTYPE:
            return info
        records = dict(RECORD.findall(self._exactly(padded(min(info.size, MOST_OF_RECORDS)))))
        info = tarfile.TarInfo.frombuf(self._exactly(tarfile.BLOCKSIZE), "utf-8", "surrogateescape")
        info.name = records.get(b"path", info.name.encode()).decode(errors="surrogateescape")
        info.size = int(records.get(b"size", info.size))
        return info

    def _exactly(self, size: int) -> bytes:
        return b"".join(self._reader.take(size))

    def _pad(self, name: str, size: int) -> None:
        with damage(name):
            self._exactly(padded(size) - size)


def padded(size: int) -> int:
    """As much room as it has in a tar."""
    return -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """Raises WrongUsage for what is no bundle."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise WrongUsage("bundle.missing", f"{path} cannot be read: {error.strerror}", "give the path of a bundle") from error
    with file:
        try:
            yield Bundle(path, file)
        except NotStored as error:
            raise no_bundle(path, str(error)) from error


def no_bundle(path: Path, why: str) -> Problem:
    """The problem for a file that `cache export` has not written so."""
    return WrongUsage("bundle.unknown", f"{path} is no bundle of ./dev.sh cache export: {why}", "give the file as it was written")


@contextlib.contextmanager
def damage(name: str) -> Iterator[None]:
    """Turn what readers raise into the problem that names the file at which it was seen."""
    try:
        yield
    except Truncated as error:
        raise CommandFailed("bundle.truncated", f"the bundle is cut off at {name}: {error}", AGAIN) from error
    except NotStored:
        raise
    except (Damaged, tarfile.TarError, ValueError) as error:
        raise damaged(f"the bundle is damaged at {name}: {error}") from error


def copy(item: Item, pieces: Pieces, sink: IO[bytes], seen: Callable[[int], None]) -> None:
    """Write a file, and hash it beside that; raises CommandFailed where it is another."""
    digest = hashlib.sha256()
    before: Later[None] | None = None  # hashing and writing let each other run
    while True:
        with damage(item.path):
            some = list(itertools.islice(pieces, AT_ONCE))
        if before is not None:
            before.result()
        if not some:
            break
        before = Later(partial(add, digest, some))
        for piece in some:
            sink.write(piece)
        seen(sum(map(len, some)))
    if digest.hexdigest() != item.sha256:
        raise damaged(f"{item.path} was altered: its sha256 is not that of the manifest")


def add(digest: hashlib._Hash, pieces: Iterable[memoryview]) -> None:
    for piece in pieces:
        digest.update(piece)
