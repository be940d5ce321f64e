"""A Python that works wherever it is put, as one file: an interpreter of uv's, or one that came in a bundle."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from torch_starter.bundles.manifest import damaged
from torch_starter.core.files import Files

LEVEL = 6  # of gzip: the standard library of any Python reads it
LEFT_OUT = ("__pycache__", "test", "idlelib", "turtledemo", "EXTERNALLY-MANAGED")


def pack(root: Path, path: Path, files: Files) -> None:
    """Write all of an interpreter's folder but its own tests into one .tar.gz, the same for the same folder."""
    with (
        files.writing(path) as file,
        gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        tar.add(root, ".", filter=partial(plain, root))


def plain(root: Path, info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Without what nobody needs there, without whose it was, and each file for itself, also where two are names of one."""
    if PurePosixPath(info.name).name in LEFT_OUT:
        return None
    if info.islnk():
        info.type, info.linkname, info.size = tarfile.REGTYPE, "", (root / info.name).stat().st_size
    if info.isdir():
        info.mtime = 0  # which changes when Python writes the bytecode there that is left out
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def unpack(path: Path, folder: Path) -> None:
    """Unpack it into a folder that is to be renamed; raises CommandFailed for what leads out of it."""
    try:
        with tarfile.open(path) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise damaged(f"the Python in the bundle cannot be unpacked: {error}") from error


def root_of(python: Path) -> Path:
    """The folder that an interpreter's bin/ is in."""
    return Path(os.path.realpath(python)).parent.parent


def size(root: Path) -> int:
    """Bytes of its files."""
    return sum(each.stat().st_size for each in walk(root))


def walk(root: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        yield from (Path(here) / name for name in names if not (Path(here) / name).is_symlink())
