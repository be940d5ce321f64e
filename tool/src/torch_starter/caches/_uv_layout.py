"""How uv lays out its cache: which unpacked wheels are of which package. Read only; uv itself removes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from torch_starter.core.lookout import Lookout

WHEELS, ARCHIVES, SOURCES = "wheels-v*", "archive-v*", "sdists-v*"
DEEPEST = 4  # wheels-v8/pypi/NAME/…, wheels-v8/index/HASH/NAME/…
SIZE = re.compile(rb"\.whl[\x00-\x7f]?(?:\xcc(?P<one>.)|\xcd(?P<two>..)|\xce(?P<four>.{4})|\xcf(?P<eight>.{8}))", re.DOTALL)
UNPACKED = 0.53  # of the size on the disk a wheel is about this much: 13.5 of 25.6 GB over 335 wheels of this project


@dataclass
class Package:
    """A package with all of its versions: its folders, the wheels that these link to, and the bytes of what was fetched."""

    folders: list[Path] = field(default_factory=list)
    archives: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    fetched: int = 0
    unknown: int = 0  # wheels of which the size is not noted


def buckets(lookout: Lookout, root: Path, kind: str) -> list[Path]:
    """The folders of one kind in the cache: a version of uv that lays them out in another way begins another."""
    return [path for path in lookout.inside(root) if path.match(kind)]


def packages(lookout: Lookout, root: Path) -> dict[str, Package]:
    """All packages of which something is unpacked, by name."""
    found: dict[str, Package] = {}
    for bucket in buckets(lookout, root, WHEELS):
        for folder, links in linking(lookout, bucket, DEEPEST):
            package = found.setdefault(folder.name, Package())
            package.folders.append(folder)
            for link in links:
                add(package, link)
    return found


def linking(lookout: Lookout, folder: Path, deep: int) -> Iterator[tuple[Path, list[Path]]]:
    """The folders below one that have links in them, with these."""
    inside = lookout.inside(folder)
    if links := [path for path in inside if path.is_symlink()]:
        yield folder, links
    for each in (path for path in inside if not path.is_symlink() and path.is_dir()) if deep > 1 else ():
        yield from linking(lookout, each, deep - 1)


def add(package: Package, link: Path) -> None:
    """A wheel, by the link to where it is unpacked: 2.15.0-cp312-cp312-linux_x86_64 -> ../../../archive-v0/HASH."""
    try:
        target = Path(os.readlink(link))
    except OSError:
        return
    if not target.parent.match(ARCHIVES) and not target.parent.name.startswith("archive-v"):
        return
    package.archives.add(f"{target.parent.name}/{target.name}")
    package.versions.add(link.name.split("-")[0])
    size = noted(link)
    package.fetched += size
    package.unknown += size == 0


def noted(link: Path) -> int:
    """The bytes of a wheel as it was fetched, from the note that uv keeps beside the link (MessagePack); 0 where it has none."""
    try:
        with Path(f"{link}.http").open("rb") as file:
            found = SIZE.search(file.read(4096))
    except OSError:
        return 0
    return int.from_bytes(next((each for each in found.groups() if each), b""), "big") if found else 0
