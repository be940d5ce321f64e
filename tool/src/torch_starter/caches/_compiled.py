"""What the caches of compiled code share: their layout, and who reads them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from torch_starter.core.cached import Back, Part
from torch_starter.core.lookout import Lookout

READERS = ("libtorch_python.so", "libtorch_cpu.so", "libtriton.so")  # loaded wherever torch or Triton is
HASHED = re.compile(r"[a-z0-9]{2}")  # Inductor: the first letters of a hash
NAMED = ("aotautograd", "autotune", "dynamo", "fxgraph", "locks", "precompiled_headers", "triton", "cache", "tmp")
TOOK = re.compile(rb"_time_taken_ns\x94(?:J(.{4})|\x8a\x05(.{5})|\x8a\x06(.{6}))", re.DOTALL)  # a number of 4 to 6 bytes
LOOKED_AT = 1 << 20  # bytes from the beginning of a graph
MOST_GRAPHS = 2000
KERNEL = re.compile(r"[A-Z2-7]{32,}|[0-9a-f]{32,}")  # Triton: a hash in base 32 or, before, 16


def inductor_paths(root: Path, lookout: Lookout) -> list[Path]:
    """What Inductor has made in its folder; a folder that somebody shares with it may hold more."""
    return [path for path in lookout.inside(root) if HASHED.fullmatch(path.name) or path.name in NAMED]


def compiling(root: Path) -> float:
    """Seconds that compiling the graphs took, as Inductor has noted it in each; 0 where it has not, or they are very many.

    The notes are pickled; nothing of that is executed here.
    """
    graphs = list(itertools.islice((path for path in root.glob("fxgraph/*/*/*") if path.is_file()), MOST_GRAPHS + 1))
    return sum(map(noted, graphs)) if len(graphs) <= MOST_GRAPHS else 0.0


def noted(graph: Path) -> float:
    """What one graph took."""
    try:
        with graph.open("rb") as file:
            found = TOOK.search(file.read(LOOKED_AT))
    except OSError:
        return 0.0
    return int.from_bytes(next((each for each in found.groups() if each), b""), "little", signed=True) / 1e9 if found else 0.0


def triton_paths(root: Path, lookout: Lookout) -> list[Path]:
    return [path for path in lookout.inside(root) if KERNEL.fullmatch(path.name)]


def one_part(lookout: Lookout, cache: str, name: str, paths: Sequence[Path], seconds: float = 0.0) -> Iterator[Part]:
    """All of it as one: its pieces name each other. `seconds`: what compiling it took, where that is noted."""
    if paths:
        yield lookout.part(cache, name, paths, Back("build", seconds=seconds))
