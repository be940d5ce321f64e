"""Kernels that Triton has compiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _compiled, _folders
from torch_starter.core.cached import Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout


def roots(lookout: Lookout) -> Iterator[Path]:
    yield _folders.triton(lookout.variables)


def parts(lookout: Lookout) -> Iterator[Part]:
    for root in roots(lookout):
        yield from _compiled.one_part(lookout, "triton", "kernels", _compiled.triton_paths(root, lookout))


CACHE = Cache(
    "triton",
    "compiled kernels",
    "Kernels that Triton has compiled outside of torch.compile. Made anew the next time that they are asked for.",
    roots,
    parts,
    source="triton.knobs.cache",
    users=_compiled.READERS,
)
