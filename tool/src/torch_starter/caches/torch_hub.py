"""Weights and code that torch.hub, torchvision and torchaudio have fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _torch_seals
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout


def roots(lookout: Lookout) -> Iterator[Path]:
    yield lookout.given("TORCH_HOME", lookout.user_caches / "torch") / "hub"


def parts(lookout: Lookout) -> Iterator[Part]:
    """A file of weights, or the code of a repository."""
    for root in roots(lookout):
        for path in (*lookout.inside(root / "checkpoints"), *(each for each in lookout.inside(root) if each.match("*_*_*"))):
            yield lookout.part("torch-hub", path.name, [path], Back("download"))


CACHE = Cache(
    "torch-hub",
    "weights of torch.hub",
    "Weights and code that torch.hub, torchvision and torchaudio have fetched.",
    roots,
    parts,
    source="torch.hub.get_dir",
    sealed=lambda lookout: _torch_seals.sealed(lookout, roots(lookout)),
)
