"""Reading a bundle, once over: each file is held against the manifest while it comes."""

from __future__ import annotations

import contextlib
import hashlib
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, cast

from torch_starter.bundles import manifest as manifests
from torch_starter.bundles.frames import Damaged, NotStored, Reader, Truncated
from torch_starter.bundles.manifest import AGAIN, Item, Manifest, damaged
from torch_starter.core.later import Later
from torch_starter.core.problems import CommandFailed, Problem, WrongUsage

PIECE = 4 << 20  # bytes
MOST_OF_MANIFEST = 64 << 20  # bytes: no manifest of ours is that large


class Bundle:
    """An open bundle. Its contents come once, in the order of the manifest."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self._reader = Reader(file)
        with damage(manifests.NAME):
            self._tar = tarfile.open(fileobj=cast(BinaryIO, self._reader), mode="r|", bufsize=PIECE)  # noqa: SIM115
        text, sealed = (self._small(name) for name in (manifests.NAME, manifests.SEAL))
        self.manifest: Manifest = manifests.decoded(text, sealed)

    def contents(self) -> Iterator[tuple[Item, IO[bytes]]]:
        """Each file with a stream of what is in it; raises CommandFailed where another comes than the manifest says."""
        for item in self.manifest.items:
            yield item, self._next(item.path, item.size)
        with damage(f"after {self.manifest.items[-1].path if self.manifest.items else manifests.SEAL}"):
            more = self._tar.next()
        if more is not None:
            raise damaged(f"the bundle holds {more.name!r}, which its manifest does not name")

    def _small(self, name: str) -> bytes:
        stream = self._next(name, None)
        with damage(name):
            return stream.read(MOST_OF_MANIFEST)

    def _next(self, name: str, size: int | None) -> IO[bytes]:
        with damage(name):
            info = self._tar.next()
            stream = self._tar.extractfile(info) if info is not None and info.isreg() else None
        if info is None:
            raise damaged(f"the bundle has no {name}")
        if info.name != name or stream is None:
            raise (damaged(f"the bundle holds {info.name!r} where {name} should be"))
        if size is not None and info.size != size:
            raise damaged(f"{name} is of {info.size} bytes in the bundle, and of {size} in its manifest")
        return stream


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
    except (Damaged, tarfile.TarError, EOFError) as error:
        raise damaged(f"the bundle is damaged at {name}: {error}") from error


def copy(item: Item, source: IO[bytes], sink: IO[bytes] | None, seen: Callable[[int], None]) -> None:
    """Write a file, and hash it beside that; raises CommandFailed where it is another. Without a sink it is only checked."""
    digest = hashlib.sha256()
    before: Later[None] | None = None  # hashing and writing let each other run
    while True:
        with damage(item.path):
            piece = source.read(PIECE)
        if before is not None:
            before.result()
        if not piece:
            break
        before = Later(partial(digest.update, piece))
        if sink is not None:
            sink.write(piece)
        seen(len(piece))
    if digest.hexdigest() != item.sha256:
        raise damaged(f"{item.path} was altered: its sha256 is not that of the manifest")
