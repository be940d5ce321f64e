"""What is mounted where: file systems by the path that they begin at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from torch_starter.core.files import Files

NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "fuse.gcsfuse", "fuse.s3fs", "fuse.rclone"}
MEMORY = {"tmpfs", "ramfs"}


@dataclass(frozen=True)
class Mount:
    """One line of /proc/self/mountinfo: the folder `root` of a file system is seen at `point`."""

    root: str
    point: str
    kind: str
    options: frozenset[str]


def mounts(files: Files, root: Path = Path("/")) -> tuple[Mount, ...]:
    """All mounts that this process sees, in the order in which they were made; none where the kernel is not Linux."""
    return parse(files.read(root / "proc" / "self" / "mountinfo") or "")


def parse(text: str) -> tuple[Mount, ...]:
    """The mounts in the text of /proc/self/mountinfo; a line that is not understood is left out.

    Its fields are, by proc(5): number, parent, device, root, mount point, options, optional fields up to a dash, kind,
    source, and the options of the file system.
    """
    found = []
    for line in text.splitlines():
        before, dash, after = line.partition(" - ")
        first, last = before.split(" "), after.split(" ")
        if dash and len(first) > 5 and len(last) > 2:
            options = frozenset([*first[5].split(","), *last[2].split(",")])
            found.append(Mount(unescaped(first[3]), unescaped(first[4]), last[0], options))
    return tuple(found)


def unescaped(path: str) -> str:
    r"""A path as it is: the kernel writes blanks, tabs, line ends and backslashes as \040 and the like."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), path)


def mount_of(path: Path, known: Sequence[Mount]) -> Mount | None:
    """The mount on which an absolute path lies: the deepest one above it, of several at one place the last."""
    best: Mount | None = None
    for each in known:
        point = PurePosixPath(each.point)
        if path.is_relative_to(point) and (best is None or len(point.parts) >= len(PurePosixPath(best.point).parts)):
            best = each
    return best
