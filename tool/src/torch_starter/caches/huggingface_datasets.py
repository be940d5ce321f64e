"""Data sets as the library `datasets` has prepared them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout


def roots(lookout: Lookout) -> Iterator[Path]:
    usual = lookout.given("HF_HOME", lookout.user_caches / "huggingface") / "datasets"
    yield lookout.given("HF_DATASETS_CACHE", usual)


def parts(lookout: Lookout) -> Iterator[Part]:
    """A data set, such as org___name; or what was fetched for all of them. Files beside them are the library's locks."""
    for root in roots(lookout):
        for path in lookout.inside(root):
            if not path.is_symlink() and path.is_dir():
                locks = [each for each in lookout.inside(root) if each.suffix == ".lock" and path.name in each.name]
                yield lookout.part("huggingface-datasets", path.name, [path], Back("download"), holds=locks)


CACHE = Cache(
    "huggingface-datasets",
    "prepared data sets",
    "Data sets that the library datasets has fetched and turned into Arrow files. One that was made of files of your own is made "
    "of them again.",
    roots,
    parts,
    source="datasets.config.HF_DATASETS_CACHE",
)
