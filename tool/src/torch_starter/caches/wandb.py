"""Artifacts of Weights & Biases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _folders
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout


def roots(lookout: Lookout) -> Iterator[Path]:
    yield _folders.wandb(lookout.variables)
    yield _folders.wandb_data(lookout.variables)


def parts(lookout: Lookout) -> Iterator[Part]:
    """Artifacts that were fetched or sent, by their first letters; and what is still to be sent, which nobody else has."""
    fetched, data = roots(lookout)
    if (fetched / "artifacts").is_dir():
        yield lookout.part("wandb", "artifacts", [fetched / "artifacts"], Back("download"))
    if (data / "artifacts" / "staging").is_dir():
        path = data / "artifacts" / "staging"
        yield lookout.part("wandb", "staging", [path], Back("lost"), named=True, detail="perhaps not sent yet")


CACHE = Cache(
    "wandb",
    "artifacts of W&B",
    "Artifacts that W&B has fetched or sent, and what waits to be sent. Runs in the project are training-logs.",
    roots,
    parts,
    source="wandb.env.get_cache_dir, get_data_dir",
)
