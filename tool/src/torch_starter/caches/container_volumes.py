"""The named volumes of this project's containers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from torch_starter.caches import _engine
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout

USED = "a container uses it: ./dev.sh down"


def roots(lookout: Lookout) -> Iterator[Path]:
    """None: the engine keeps them, and alone removes them."""
    return iter(())


def parts(lookout: Lookout) -> Iterator[Part]:
    """Those that the spec names: what else the engine has is not looked at. They go only where they are named."""
    ours = {cache.volume for cache in lookout.spec.caches.values()}
    for record in _engine.kept(lookout).volumes:
        if (name := record.get("Name", "")) in ours:
            size = _engine.size(record.get("Size", ""))
            yield Part(
                cache="container-volumes",
                name=name,
                size=size,
                frees=size,
                back=Back("lost"),
                kept=USED if record.get("Links", "0") not in ("0", "") else "",
                named=True,
            )


def remove(lookout: Lookout, gone: Sequence[Part]) -> Iterator[Sequence[str | Path]]:
    yield ["docker", "volume", "rm", *(part.name for part in gone)]


CACHE = Cache(
    "container-volumes",
    "volumes of containers",
    "The named volumes of [caches.*], which all clones on a machine share. Only ever listed, unless they are named.",
    roots,
    parts,
    source="docker system df -v",
    tool=remove,
)
