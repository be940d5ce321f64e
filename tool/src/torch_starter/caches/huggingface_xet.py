"""Pieces of files that the hub's transfer protocol has fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout


def roots(lookout: Lookout) -> Iterator[Path]:
    usual = lookout.given("HF_HOME", lookout.user_caches / "huggingface") / "xet"
    yield lookout.given("HF_XET_CACHE", usual)


def parts(lookout: Lookout) -> Iterator[Part]:
    """A folder of pieces for each server."""
    for root in roots(lookout):
        for path in lookout.inside(root):
            if not path.is_symlink() and path.is_dir():
                yield lookout.part("huggingface-xet", path.name, [path], Back("download"))


CACHE = Cache(
    "huggingface-xet",
    "pieces of the hub's files",
    "Pieces of which files were put together, so that a new version fetches only what is new. The files are kept without them.",
    roots,
    parts,
    source="huggingface_hub.constants.HF_XET_CACHE",
)
