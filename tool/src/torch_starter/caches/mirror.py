"""Packages and models that came in a bundle, for work without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _mirror_seals
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout
from torch_starter.core.project import STATE

NAME = "mirror"


def roots(lookout: Lookout) -> Iterator[Path]:
    yield lookout.project.root / STATE / NAME


def parts(lookout: Lookout) -> Iterator[Part]:
    """A kind: wheels, their index, models."""
    for root in roots(lookout):
        for path in lookout.inside(root):
            yield lookout.part("mirror", path.name, [path], Back("lost"), named=True, detail="from a bundle")


CACHE = Cache(
    "mirror",
    "what came in bundles",
    "What `cache import` has unpacked, which `setup --offline` installs from. Where there is no network it cannot be had again, "
    "so it is only ever listed, unless it is named.",
    roots,
    parts,
    source="docs/offline.md",
    sealed=lambda lookout: _mirror_seals.sealed(lookout, roots(lookout)),
)
