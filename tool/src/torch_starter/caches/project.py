"""What Python and its tools leave in the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches._project_walk import folders
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout

KINDS = ("__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache")


def roots(lookout: Lookout) -> Iterator[Path]:
    yield lookout.project.root


def parts(lookout: Lookout) -> Iterator[Part]:
    """A kind of them, wherever in the project they are."""
    found: dict[str, list[Path]] = {kind: [] for kind in KINDS}
    for _, inside in folders(lookout):
        for path in inside:
            if path.name in found and is_made(path):
                found[path.name].append(path)
    for kind, paths in found.items():
        if paths:
            detail = f"in {len(paths)} folders" if len(paths) > 1 else ""
            yield lookout.part("project", kind, paths, Back("build"), detail=detail)


def is_made(folder: Path) -> bool:
    """Whether there is nothing in it that a person has put there."""
    if folder.name != "__pycache__":
        return True
    try:
        return all(
            name.endswith((".pyc", ".pyo")) or ".pyc." in name or ".nbi" in name or ".nbc" in name for name in os.listdir(folder)
        )
    except OSError:
        return False


CACHE = Cache(
    "project",
    "left-overs in the project",
    "Compiled Python, and what pytest, Ruff and mypy remember. Made anew by the next run.",
    roots,
    parts,
    source="docs/cleaning.md",
    in_project=True,
)
