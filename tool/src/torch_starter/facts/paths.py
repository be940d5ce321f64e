"""Files and folders, as far as their owner and mode go."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from torch_starter.core.evidence import PathState


def look(path: Path) -> PathState:
    """The state of a path; links are followed."""
    try:
        status = path.stat()
    except OSError:
        return PathState(str(path), "missing")
    kind = "folder" if stat.S_ISDIR(status.st_mode) else "file" if stat.S_ISREG(status.st_mode) else "other"
    mode = f"{stat.S_IMODE(status.st_mode) & 0o777:03o}"
    return PathState(str(path), kind, mode, status.st_uid == os.getuid(), os.access(path, os.W_OK))
