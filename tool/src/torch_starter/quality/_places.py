"""What programs that look at code print, as findings."""

from __future__ import annotations

import os
from pathlib import Path

from torch_starter.core.report import Place


def place(root: Path, file: str, line: int | None = None) -> Place:
    """Where something is, relative to the project."""
    path = Path(file)
    name = os.path.relpath(path, root) if path.is_absolute() else str(path)
    return Place(name, line)
