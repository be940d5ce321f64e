"""What the caches of compiled code share: their layout, and who reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from torch_starter.core.cached import Back, Part
from torch_starter.core.lookout import Lookout

READERS = ("libtorch_python.so", "libtorch_cpu.so", "libtriton.so")  # loaded wherever torch or Triton is
HASHED = re.compile(r"[a-z0-9]{2}")  # Inductor: the first letters of a hash
NAMED = ("aotautograd", "autotune", "dynamo", "fxgraph", "locks", "precompiled_headers", "triton", "cache", "tmp")
KERNEL = re.compile(r"[A-Z2-7]{32,}|[0-9a-f]{32,}")  # Triton: a hash in base 32 or, before, 16


def inductor_paths(root: Path, lookout: Lookout) -> list[Path]:
    """What Inductor has made in its folder; a folder that somebody shares with it may hold more."""
    return [path for path in lookout.inside(root) if HASHED.fullmatch(path.name) or path.name in NAMED]


def triton_paths(root: Path, lookout: Lookout) -> list[Path]:
    return [path for path in lookout.inside(root) if KERNEL.fullmatch(path.name)]


def one_part(lookout: Lookout, cache: str, name: str, paths: Sequence[Path]) -> Iterator[Part]:
    """All of it as one: its pieces name each other."""
    if paths:
        yield lookout.part(cache, name, paths, Back("build"))
