"""What trainings have written about themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches._project_walk import has_weights
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout

FOLDERS = ("lightning_logs", "runs", "wandb", "mlruns")
WITH = "with checkpoints"


def roots(lookout: Lookout) -> Iterator[Path]:
    for name in FOLDERS:
        yield lookout.project.root / name


def parts(lookout: Lookout) -> Iterator[Part]:
    """A training. Nobody else has it, so it goes only where it is named."""
    for root in roots(lookout):
        if root.is_symlink():
            continue
        for path in lookout.inside(root):
            if not path.is_symlink():
                detail = WITH if path.is_dir() and has_weights(path) else ""
                name = f"{root.name}/{path.name}"
                yield lookout.part("training-logs", name, [path], Back("lost"), named=True, detail=detail)


CACHE = Cache(
    "training-logs",
    "logs of trainings",
    "Curves and logs in lightning_logs, runs, wandb and mlruns, often with checkpoints. Only ever listed, unless it is named.",
    roots,
    parts,
    source="docs/cleaning.md",
)
