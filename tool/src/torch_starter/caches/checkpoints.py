"""Models that were trained here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches._project_walk import folders
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout

FOLDER, STEP = "checkpoints", "checkpoint-[0-9]*"  # the project's own, and those of the Trainer of transformers


def roots(lookout: Lookout) -> Iterator[Path]:
    yield lookout.project.root


def parts(lookout: Lookout) -> Iterator[Part]:
    """What is in a folder `checkpoints`, and every folder such as checkpoint-500."""
    root = lookout.project.root
    for _, inside in folders(lookout):
        for folder in inside:
            for path in lookout.inside(folder) if folder.name == FOLDER else [folder] if folder.match(STEP) else []:
                name = str(path.relative_to(root))
                yield lookout.part("checkpoints", name, [path], Back("lost"), named=True)


CACHE = Cache(
    "checkpoints",
    "checkpoints",
    "Models that were trained here: in folders named checkpoints, and checkpoint-500 and its like. Only ever listed, "
    "unless it is named.",
    roots,
    parts,
    source="docs/cleaning.md",
    in_project=True,
)
