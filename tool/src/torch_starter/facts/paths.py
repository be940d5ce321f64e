"""Files and folders: owner, mode, and the file system that they are on."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from torch_starter.core.evidence import PathState
from torch_starter.facts.mounts import Mount, mount_of


def look(path: Path, known: Sequence[Mount] = ()) -> PathState:
    """The state of a path; links are followed. Of one that is not there, the state of what it would be made in."""
    there = nearest(path)
    status, disk = there.stat(), os.statvfs(there)
    mount = mount_of(Path(os.path.realpath(there)), known)
    kind = what(status.st_mode) if there == path else "dangling" if os.path.islink(path) else "missing"
    return PathState(
        str(path),
        kind,
        f"{stat.S_IMODE(status.st_mode) & 0o777:03o}" if there == path else "",
        mine=status.st_uid == os.getuid(),
        writable=os.access(there, os.W_OK),
        nearest=str(there),
        filesystem=mount.kind if mount else "",
        device=status.st_dev,
        free=disk.f_bavail * disk.f_frsize,
        inodes=disk.f_favail if disk.f_files else -1,  # some file systems do not count them
        noexec=bool(disk.f_flag & getattr(os, "ST_NOEXEC", 0)),
    )


def nearest(path: Path) -> Path:
    """The path itself, or the first folder above it that is there."""
    return next(folder for folder in (path, *Path(os.path.abspath(path)).parents) if os.path.exists(folder))


def what(mode: int) -> str:
    """What a mode is of."""
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"
