"""The files of a resolution: which of them a machine would take, and for which packages it has none."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec
from packaging.markers import InvalidMarker, Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from torch_starter.core.problems import CommandFailed

Architecture = Literal["x86_64", "aarch64"]
ARCHITECTURES: tuple[Architecture, ...] = ("x86_64", "aarch64")  # that are known for Linux

GLIBC = 39  # the newest 2.x that wheels may ask for: that of Ubuntu 24.04
OLDEST_GLIBC: dict[Architecture, int] = {"x86_64": 5, "aarch64": 17}  # manylinux knows none before
LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
FORMAT = "1."


class _File(msgspec.Struct, rename="kebab"):
    """A file in a pylock.toml."""

    name: str = ""
    url: str = ""
    path: str = ""
    size: int | None = None
    upload_time: datetime | None = None

    @property
    def filename(self) -> str:
        return self.name or unquote(urlsplit(self.url or self.path).path).rpartition("/")[2]


class _Package(msgspec.Struct):
    """A package in a pylock.toml; one that is a single archive has neither wheels nor an sdist."""

    name: str
    version: str = ""
    marker: str = ""
    sdist: _File | None = None
    archive: _File | None = None
    wheels: tuple[_File, ...] = ()


class _Pylock(msgspec.Struct, rename="kebab"):
    """The part of a pylock.toml that we read."""

    lock_version: str
    packages: tuple[_Package, ...] = ()


@dataclass(frozen=True)
class Listed:
    """One package of a resolution. `files` are names and sizes in bytes; `released`: when the first of them was published."""

    name: str
    version: str
    marker: str
    released: datetime | None
    files: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Lacking:
    """Names of packages for which a machine has no file at all, and of those that it must build from source."""

    none: tuple[str, ...] = ()
    source_only: tuple[str, ...] = ()


def read(text: str) -> tuple[Listed, ...]:
    """The packages in a `pylock.toml`; raises CommandFailed."""
    try:
        lock = msgspec.toml.decode(text, type=_Pylock)
        for package in lock.packages:
            if package.marker:
                Marker(package.marker)
    except (msgspec.DecodeError, InvalidMarker) as error:
        raise unreadable(str(error)) from error
    if not lock.lock_version.startswith(FORMAT):
        raise unreadable(f"it is of version {lock.lock_version}")
    return tuple(listed(package) for package in lock.packages)


def unreadable(why: str) -> CommandFailed:
    """The problem for what uv wrote and we cannot read."""
    return CommandFailed(
        "lock.unreadable", f"the files that uv found cannot be read: {why}", "run it again with the uv of the spec"
    )


def listed(package: _Package) -> Listed:
    """A package as the rest of us knows it."""
    files = [*package.wheels, *(each for each in (package.sdist, package.archive) if each is not None)]
    times = [each.upload_time for each in files if each.upload_time is not None]
    released = min((each if each.tzinfo else each.replace(tzinfo=UTC) for each in times), default=None)
    named = tuple((each.filename, each.size) for each in files)
    return Listed(package.name, package.version, package.marker, released, named)


def lacking(packages: Sequence[Listed], architecture: Architecture, python: str) -> Lacking:
    """What Linux of an architecture has no wheel for. `python` is 3.12, or a whole version where markers may ask for it."""
    none: list[str] = []
    source_only: list[str] = []
    for package in applying(packages, architecture, python):
        if best_wheel(package, architecture, python) is None:
            (none if source(package) is None else source_only).append(package.name)
    return Lacking(tuple(none), tuple(source_only))


def download_bytes(packages: Sequence[Listed], architecture: Architecture, python: str) -> dict[str, int]:
    """Name -> size of the file that would be taken; without those that have none, or none of a known size."""
    taken = {
        package.name: best_wheel(package, architecture, python) or source(package)
        for package in applying(packages, architecture, python)
    }
    return {name: file[1] for name, file in taken.items() if file is not None and file[1] is not None}


def applying(packages: Sequence[Listed], architecture: Architecture, python: str) -> Iterator[Listed]:
    """Those that belong into an environment on Linux of an architecture."""
    environment = marker_values(architecture, python)
    return (package for package in packages if not package.marker or Marker(package.marker).evaluate(dict(environment)))


def best_wheel(package: Listed, architecture: Architecture, python: str) -> tuple[str, int | None] | None:
    """The wheel that an installer prefers: of the most specific tag, and of the highest build among equals."""
    ranks = tag_ranks(architecture, python)
    fitting: list[tuple[int, tuple[int, str], tuple[str, int | None]]] = []
    for file in package.files:
        try:
            _, _, build, tags = parse_wheel_filename(file[0])
        except InvalidWheelFilename:  # source, or a name that no installer takes
            continue
        if known := [ranks[tag] for tag in tags if tag in ranks]:
            number, word = build or (-1, "")
            fitting.append((-min(known), (number, word), file))
    return max(fitting, key=lambda each: each[:2])[2] if fitting else None


def source(package: Listed) -> tuple[str, int | None] | None:
    """The file that it can be built from."""
    return next((file for file in package.files if not file[0].endswith(".whl")), None)


@functools.cache
def tag_ranks(architecture: Architecture, python: str) -> Mapping[Tag, int]:
    """The tags that CPython on Linux takes, the most specific as 0."""
    major, minor = (int(part) for part in python.split(".")[:2])
    platforms: list[str] = []
    for glibc in range(GLIBC, OLDEST_GLIBC[architecture] - 1, -1):
        platforms.append(f"manylinux_2_{glibc}_{architecture}")
        if glibc in LEGACY:
            platforms.append(f"{LEGACY[glibc]}_{architecture}")
    platforms.append(f"linux_{architecture}")  # uv takes such a wheel, made for one machine, last
    interpreter = f"cp{major}{minor}"
    tags = [
        *cpython_tags((major, minor), [interpreter], platforms),
        *compatible_tags((major, minor), interpreter, platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


@functools.cache
def marker_values(architecture: Architecture, python: str) -> Mapping[str, str]:
    """What markers ask for (PEP 508). Where no patch release is said, the newest that may be: that is what set-up takes."""
    parts = python.split(".")
    full = python if len(parts) > 2 else f"{python}.99"
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": "posix",
        "platform_machine": architecture,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": full,
        "python_version": ".".join(parts[:2]),
        "sys_platform": "linux",
    }
