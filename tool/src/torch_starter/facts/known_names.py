"""The environment variables that installed programs and packages know: read from their files, and kept."""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import re
import struct
from collections.abc import Buffer, Iterable, Iterator
from pathlib import Path

import msgspec

from torch_starter.core.files import DiskProblem, Files

NAME = r"[A-Z][A-Z0-9]*_[A-Z0-9_]{2,60}"
IN_BINARY = re.compile(rb"\0(" + NAME.encode() + rb")(?=\0)")
IN_SOURCE = re.compile(rb"[\"'](" + NAME.encode() + rb"|PYTHON[A-Z]{3,30})[\"']")
READERS = (b"environ", b"getenv", b"env_name")  # without one of these, a source reads no variable
NO_SOURCE = {"__pycache__", "tests", "test", "models"}  # thousands of files that read none
NO_NAMES = re.compile(r"cudnn|nvrtc|triton|nvperf|cusparse|cublasLt|nvJitLink|curand|cusolver|arrow|cufft|xet|tokenizers")
HEADER, SECTION = struct.Struct("<HHH"), struct.Struct("<IIQQQQ")


def known_names(files: Files, python_path: Iterable[str], kept: Path, may_scan: bool) -> frozenset[str]:
    """The names that the packages below `python_path` know; as `kept` says where nothing was installed since.

    Empty where nothing is kept, and they may not be looked for.
    """
    folders = [Path(each) for each in python_path if each.endswith(("site-packages", "dist-packages"))]
    state = stamp(folders)
    before = read_kept(files.read(kept))
    if before is not None and before.stamp == state:
        return frozenset(before.names)
    if not may_scan:
        return frozenset()
    names = frozenset(name for folder in folders for name in scan(folder))
    with contextlib.suppress(DiskProblem):  # what cannot be kept is found again
        files.write(kept, msgspec.json.encode(Kept(state, tuple(sorted(names)))).decode())
    return names


class Kept(msgspec.Struct, frozen=True):
    """What was found, and the state of the folders in which it was."""

    stamp: str
    names: tuple[str, ...]


def read_kept(text: str | None) -> Kept | None:
    """What was kept; None where nothing was, or it cannot be read."""
    try:
        return msgspec.json.decode(text or "", type=Kept)
    except msgspec.DecodeError:
        return None


def stamp(folders: Iterable[Path]) -> str:
    """A digest that differs once a package was installed, removed or replaced."""
    digest = hashlib.sha256()
    for folder in folders:
        for record in sorted(folder.glob("*.dist-info/RECORD")):
            state = record.stat()
            digest.update(f"{record}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def scan(folder: Path) -> frozenset[str]:
    """The names in all libraries and sources below a folder. What cannot be read is left out."""
    found: set[bytes] = set()
    for path in walk(folder):
        try:
            if path.endswith(".py"):
                found.update(names_in_source(Path(path).read_bytes()))
            elif not NO_NAMES.search(os.path.basename(path)):
                found.update(names_in_library(path))
        except OSError:
            continue
    return frozenset(name.decode() for name in found)


def walk(folder: Path | str) -> Iterator[str]:
    """The sources and libraries below a folder."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in NO_SOURCE:
                yield from walk(entry.path)
        elif entry.name.endswith((".py", ".so")) or ".so." in entry.name:
            yield entry.path


def names_in_source(source: bytes) -> Iterable[bytes]:
    """The texts in a Python source that look like a variable's name, where it reads variables at all."""
    return IN_SOURCE.findall(source) if any(word in source for word in READERS) else ()


def names_in_library(path: str) -> set[bytes]:
    """The texts in a library's constants that look like a variable's name; empty for what is no 64-bit ELF file."""
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size < 64:
            return set()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return {found[1] for start, end in constants(data) for found in IN_BINARY.finditer(data, start, end)}


def constants(data: Buffer) -> Iterator[tuple[int, int]]:
    """Where the sections of constants (.rodata) of an ELF file begin and end; layout: the ELF-64 specification."""
    view = memoryview(data)
    try:
        if len(view) < 64 or bytes(view[:6]) != b"\x7fELF\x02\x01":  # 64 bits, little-endian
            return
        (table,) = struct.unpack_from("<Q", view, 0x28)
        size, count, names_at = HEADER.unpack_from(view, 0x3A)
        if not table or names_at >= count or size < SECTION.size or table + size * count > len(view):
            return
        sections = [SECTION.unpack_from(view, table + number * size) for number in range(count)]
        names = sections[names_at][4]
        for name, kind, _, _, offset, length in sections:
            if kind == 1 and bytes(view[names + name : names + name + 7]) == b".rodata" and offset + length <= len(view):
                yield offset, offset + length
    finally:
        view.release()
