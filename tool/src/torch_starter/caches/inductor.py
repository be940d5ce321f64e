"""Graphs that torch.compile has compiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _compiled, _folders
from torch_starter.core.cached import Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout


def roots(lookout: Lookout) -> Iterator[Path]:
    yield _folders.inductor(lookout.variables)


def parts(lookout: Lookout) -> Iterator[Part]:
    """One: a graph names the kernels that it calls."""
    for root in roots(lookout):
        paths = _compiled.inductor_paths(root, lookout)
        yield from _compiled.one_part(lookout, "inductor", "compiled graphs", paths, _compiled.compiling(root))


CACHE = Cache(
    "inductor",
    "compiled graphs",
    "Graphs and kernels that torch.compile has made. Made anew the next time that they are asked for.",
    roots,
    parts,
    source="torch._inductor.runtime.cache_dir_utils",
    users=_compiled.READERS,
)
