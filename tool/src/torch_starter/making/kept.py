"""What of an installation was in uv's cache already: by the archives that came meanwhile, in bytes of the installed files.

uv keeps each wheel that it has unpacked as a folder below archive-v0, and makes a new one for each that it fetches. What it
prints is not asked: it names no file below 1 MiB.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from torch_starter.core.cached import Hits

METADATA = ".dist-info"


def cache_of(variables: Mapping[str, str]) -> Path | None:
    """uv's cache, by the variables that uv is started with; None where it is told to use none."""
    if variables.get("UV_NO_CACHE", "").lower() not in ("", "0", "false"):
        return None
    home = Path(variables.get("HOME") or "/")
    return Path(variables.get("UV_CACHE_DIR") or Path(variables.get("XDG_CACHE_HOME") or home / ".cache") / "uv")


def archives(cache: Path) -> frozenset[str]:
    """The folders of unpacked wheels."""
    return frozenset(str(path) for path in cache.glob("archive-v*/*"))


def unpacked(paths: Set[str]) -> frozenset[str]:
    """Which wheels they are: the names of their folders of metadata, such as numpy-1.26.4.dist-info."""
    return frozenset(name for path in paths for name in listed(path) if name.endswith(METADATA))


def listed(path: str) -> list[str]:
    """The names in a folder; one that is gone meanwhile has none."""
    try:
        return os.listdir(path)
    except OSError:
        return []


def taken(environment: Path, come: Set[str]) -> Hits:
    """The bytes of an environment's packages, and of those that did not come into the cache meanwhile."""
    sizes = dict(packages(environment))
    hit = sum(size for name, size in sizes.items() if name not in come)
    return Hits(hit=hit, asked=sum(sizes.values()), unit="bytes")


def packages(environment: Path) -> Iterator[tuple[str, int]]:
    """Each folder of metadata with the bytes of its package, as RECORD says."""
    for folder in environment.glob(f"lib/python*/site-packages/*{METADATA}"):
        try:
            text = (folder / "RECORD").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        sizes = (line.rpartition(",")[2] for line in text.splitlines())
        yield folder.name, sum(int(size) for size in sizes if size.isdigit())
