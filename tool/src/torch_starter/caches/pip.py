"""What pip has fetched and built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _folders
from torch_starter.core.cached import Back, Cost, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout

KINDS: tuple[tuple[str, Cost, str], ...] = (
    ("http-v2", "download", "answers of an index, and the files of packages"),
    ("http", "download", "the same of pip before 23.3"),
    ("wheels", "build", "wheels that were built from source"),
)


def roots(lookout: Lookout) -> Iterator[Path]:
    yield _folders.pip(lookout.variables)


def parts(lookout: Lookout) -> Iterator[Part]:
    """What was fetched and what was built: a file of the first does not say of which package it is."""
    for root in roots(lookout):
        for name, cost, detail in KINDS:
            if (root / name).is_dir():
                yield lookout.part("pip", name, [root / name], Back(cost), detail=detail)


CACHE = Cache(
    "pip",
    "packages of pip",
    "Files of packages that pip has fetched, and wheels that it has built.",
    roots,
    parts,
    source="pip cache info",
)
