"""Layers that builds of images have kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from torch_starter.caches import _engine
from torch_starter.core import hits
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout


def roots(lookout: Lookout) -> Iterator[Path]:
    """None: the engine keeps it, and alone removes of it."""
    return iter(())


def parts(lookout: Lookout) -> Iterator[Part]:
    """All that no build uses just now."""
    records = [each for each in _engine.kept(lookout).builds if each.get("InUse") != "true"]
    if not records:
        return
    size = sum(_engine.size(each.get("Size", "")) for each in records if each.get("Shared") != "true")
    made = [_engine.when(each, "Created") for each in records]
    used = [_engine.when(each, "LastUsed") for each in records]
    yield Part(
        cache="container-build",
        name="layers",
        size=size,
        frees=size,
        files=len(records),
        made=max(made),
        used=max(*made, *used),
        back=Back("build", seconds=hits.made_in(lookout.project, lookout.machine.files, hits.LAYERS)),
        detail=f"{len(records)} steps, as the engine counts them",
    )


def remove(lookout: Lookout, gone: Sequence[Part]) -> Iterator[Sequence[str | Path]]:
    yield ["docker", "builder", "prune", "--all", "--force"]


CACHE = Cache(
    "container-build",
    "layers of builds",
    "Steps of builds of images, of all projects on this machine. Without them the next build starts at its first step.",
    roots,
    parts,
    source="docker system df -v",
    tool=remove,
)
