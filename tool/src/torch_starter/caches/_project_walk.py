"""Looks through a project's own folders: not into hidden ones, links, environments, data, or what lies on another disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from torch_starter.core.lookout import Lookout

NOT_INTO = ("node_modules", "site-packages", "data", "checkpoints", "lightning_logs", "runs", "wandb", "mlruns")
DEEPEST = 12
WEIGHTS = re.compile(r"\.(ckpt|pt|pth|safetensors|distcp|bin|h5|onnx|gguf)$")


def folders(lookout: Lookout) -> Iterator[tuple[Path, list[Path]]]:
    """The project's folder and those below it, each with the folders in it, also those that are not looked into."""
    root = lookout.project.root
    waiting = [(root, 0)]
    while waiting:
        folder, deep = waiting.pop()
        inside = [path for path in lookout.inside(folder) if not path.is_symlink() and path.is_dir() and not path.is_mount()]
        yield folder, inside
        if deep < DEEPEST:
            waiting += [(each, deep + 1) for each in inside if is_looked_into(each)]


def is_looked_into(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name.startswith("__")
    return not hidden and folder.name not in NOT_INTO and not (folder / "pyvenv.cfg").exists()


def has_weights(folder: Path) -> bool:
    """Whether there is a file below that looks like a model which was trained."""
    return any(WEIGHTS.search(file) for _, _, files in os.walk(folder) for file in files)
