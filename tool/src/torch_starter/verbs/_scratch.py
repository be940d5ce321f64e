"""Folders for one trial, removed with all in them; and those that a search which was killed has left."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ASIDE = "aside-"  # then the number of our process


@contextmanager
def scratch(state: Path) -> Iterator[tuple[Path, Path]]:
    """A folder with a short path (names of sockets are short), and one beside our state for all that is written aside."""
    state.mkdir(parents=True, exist_ok=True)
    near = Path(tempfile.mkdtemp(prefix="ts-"))
    aside = Path(tempfile.mkdtemp(prefix=f"{ASIDE}{os.getpid()}-", dir=state))
    try:
        yield near, aside
    finally:
        shutil.rmtree(near, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def sweep(state: Path) -> None:
    """Remove what a search that was killed has left."""
    for left in state.glob(f"{ASIDE}*"):
        number = left.name.removeprefix(ASIDE).partition("-")[0]
        if not (number.isdigit() and Path(f"/proc/{number}").exists()):
            shutil.rmtree(left, ignore_errors=True)
