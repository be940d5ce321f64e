"""Writing a bundle: a tar of plain files, the manifest first, then what starts the tool, then all else."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from torch_starter.bundles import manifest as manifests
from torch_starter.bundles.frames import Writer
from torch_starter.bundles.manifest import Item, Manifest
from torch_starter.core.files import Files
from torch_starter.core.problems import CommandFailed

PIECE = 1 << 20  # bytes that are read at once


@dataclass(frozen=True)
class Source:
    """A file that is to be in a bundle."""

    path: str
    file: Path
    start: bool = False


def item(source: Source, seen: Callable[[int], None] = lambda size: None) -> Item:
    """It with its size and hash; `seen` is told of each piece that was read."""
    digest, size = hashlib.sha256(), 0
    with source.file.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
            seen(len(piece))
    return Item(source.path, size, digest.hexdigest(), source.start)


def write(path: Path, manifest: Manifest, sources: Sequence[Source], files: Files, seen: Callable[[int], None]) -> None:
    """Write it aside and put it in place; raises DiskProblem, and CommandFailed where a file has changed meanwhile."""
    text = manifests.encoded(manifest)
    with files.writing(path) as file:
        out = Writer(file)
        with tarfile.TarFile(fileobj=cast(BinaryIO, out), mode="w", format=tarfile.PAX_FORMAT, copybufsize=PIECE) as tar:
            for name, content in ((manifests.NAME, text), (manifests.SEAL, manifests.seal(text))):
                tar.addfile(member(name, len(content)), BytesIO(content))
            for each, source in zip(manifest.items, sources, strict=True):
                add(tar, each, source, seen)
        out.close()


def add(tar: tarfile.TarFile, item: Item, source: Source, seen: Callable[[int], None]) -> None:
    """One file, as large as it was when it was hashed."""
    with source.file.open("rb") as file:
        try:
            tar.addfile(member(item.path, item.size, 0o755 if item.path.startswith("uv/") else 0o644), file)
        except OSError as error:
            if error.errno is not None:
                raise
            raise CommandFailed("bundle.changed", f"{source.file} was changed meanwhile", "run the same command again") from error
    seen(item.size)


def member(name: str, size: int, mode: int = 0o644) -> tarfile.TarInfo:
    """The same for everyone: two bundles of the same are the same."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, mode
    return info
