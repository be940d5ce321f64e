"""Where the code of a project is, and where in it something was found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from torch_starter.core.facts import Absent
from torch_starter.core.quality import Code
from torch_starter.core.report import Place

LEFT_OUT = {"__pycache__", "node_modules", "site-packages"}


def place(root: Path, file: str, line: int | None = None) -> Place:
    """Where something is, relative to the project."""
    name = os.path.relpath(file, root) if Path(file).is_absolute() else os.path.normpath(file)
    return Place(name, line)


def with_files(code: Code, *suffixes: str) -> list[str]:
    """The paths with files of these kinds below them; raises Absent where there is none."""
    found = [path for path in code.paths if next(files(code.root / path, suffixes), None) is not None]
    if not found:
        kinds = " or ".join(suffixes)
        raise Absent(f"no {kinds} file in {', '.join(code.paths)}" if code.paths else "there is no code yet")
    return found


def files(path: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """The files of these kinds, without hidden folders and what programs keep."""
    if path.is_file():
        if path.suffix in suffixes:
            yield path
        return
    for folder, names, inside in os.walk(path):
        names[:] = sorted(name for name in names if name not in LEFT_OUT and not name.startswith("."))
        yield from (Path(folder) / name for name in sorted(inside) if name.endswith(suffixes))
