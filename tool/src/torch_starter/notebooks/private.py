"""A folder for one start of JupyterLab that nobody else can read. The process that serves removes it when it ends."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

from torch_starter.core.files import DiskProblem, Files

START = "start.json"
OWNER_ALONE = 0o700
FORGOTTEN = 30 * 86_400  # seconds


def make(files: Files, parent: Path) -> Path:
    """An empty folder, named after this machine and process, that its owner alone can enter; raises DiskProblem."""
    folder = parent / f"{platform.node()}-{os.getpid()}"
    files.remove(folder)  # of a process with the same number, long ago
    files.make_folder(folder)
    files.set_mode(folder, OWNER_ALONE)
    if folder.stat().st_mode & 0o077:
        raise DiskProblem(
            "notebook.open",
            f"{folder} can be read by others whatever its mode is: its file system keeps none",
            "clone to a disk of Linux, such as below your home",
        )
    return folder


def write_start(files: Files, folder: Path, asked: dict[str, Any]) -> Path:
    """What harness/notebook.py reads."""
    files.write(folder / START, json.dumps(asked))
    return folder / START


def remove_left_over(files: Files, parent: Path) -> list[Path]:
    """Remove those whose process was killed before it could, and answer with them."""
    left = [folder for folder in parent.glob("*-[0-9]*") if not is_served(folder)]
    for folder in left:
        with contextlib.suppress(DiskProblem):
            files.remove(folder)
    return left


def is_served(folder: Path) -> bool:
    """Whether the process that it is named after is one of ours that uses it, or is about to.

    Of another machine that shares this home, or another container, nothing is known: there it is taken to be, for a month.
    """
    import psutil

    machine, _, number = folder.name.rpartition("-")
    try:
        if machine != platform.node():
            return time.time() - folder.stat().st_mtime < FORGOTTEN
        words = psutil.Process(int(number)).cmdline()
    except (psutil.NoSuchProcess, FileNotFoundError, ValueError):
        return False
    except psutil.Error:  # it is somebody else's
        return True
    return any(str(folder / START) == word for word in words) or any("torch_starter" in word for word in words)
