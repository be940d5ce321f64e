"""The list of fonts, and what TeX has set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _folders
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout


def roots(lookout: Lookout) -> Iterator[Path]:
    yield _folders.matplotlib(lookout.variables)


def parts(lookout: Lookout) -> Iterator[Part]:
    """By their names: with MPLCONFIGDIR the user's own settings are in the same folder."""
    for root in roots(lookout):
        for path in (each for each in lookout.inside(root) if each.match("fontlist-*.json") or each.name == "tex.cache"):
            yield lookout.part("matplotlib", path.name, [path], Back("build"))


CACHE = Cache(
    "matplotlib",
    "fonts of Matplotlib",
    "The list of fonts of this machine, and texts that TeX has set. Never the user's settings and styles.",
    roots,
    parts,
    source="matplotlib.get_cachedir",
)
