"""The project's data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout, cache_path


def roots(lookout: Lookout) -> Iterator[Path]:
    if "data" in lookout.spec.caches:
        yield cache_path(lookout.spec.caches["data"], lookout.project, str(lookout.home))


def parts(lookout: Lookout) -> Iterator[Part]:
    """A file or folder in it."""
    for root in roots(lookout):
        for path in lookout.inside(root):
            yield lookout.part("data", path.name, [path], Back("lost"), named=True)


CACHE = Cache(
    "data",
    "data",
    "What is in the folder of [caches.data]. Only ever listed, unless it is named.",
    roots,
    parts,
    source="torch-starter.toml",
)
