"""What the control groups above this process leave it: version 1, version 2, and both at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

from torch_starter.core.facts import Absent, Fact
from torch_starter.core.files import Files
from torch_starter.core.machine import Machine
from torch_starter.facts.mounts import Mount, mounts

NO_LIMIT = 2**60  # version 1 writes a huge number for "none"
PERIOD = 100_000  # microseconds, where cpu.max does not name it
VERSION_2 = ""  # the name of the controllers' tree in /proc/self/cgroup


class ControlGroup(Fact, frozen=True):
    """The tightest limit of any group above us, None where there is none.

    Bytes of memory and how many of them are left, CPUs, how many processes and threads there may be and are, and how many
    processes of our own group were killed for want of memory since it was made (None: not told).
    """

    key: ClassVar[str] = "cgroup"
    version: str
    memory_limit: int | None = None
    memory_free: int | None = None
    quota: float | None = None
    pids_limit: int | None = None
    pids_used: int | None = None
    oom_kills: int | None = None

    @classmethod
    def gather(cls, machine: Machine) -> ControlGroup:
        found = read(machine.files)
        if found is None:
            raise Absent("no control groups here")
        return found


@dataclass(frozen=True)
class Group:
    """Where the files of one controller are: the folder of our own group, then each above it."""

    version: int
    levels: tuple[Path, ...]


def read(files: Files, root: Path = Path("/")) -> ControlGroup | None:
    """The limits on a machine whose files begin at `root`; None where its kernel has no control groups."""
    belongs = membership(files.read(root / "proc" / "self" / "cgroup") or "")
    if not belongs:
        return None
    known = mounts(files, root)
    memory, cpu, pids = (group(name, belongs, known, root) for name in ("memory", "cpu", "pids"))
    limits = list(memory_limits(files, memory))
    tasks = min(task_limits(files, pids), key=lambda pair: pair[0] - pair[1], default=(None, None))
    return ControlGroup(
        version=" and ".join(sorted({"2" if name == VERSION_2 else "1" for name in belongs})),
        memory_limit=min((limit for limit, _ in limits), default=None),
        memory_free=min((max(0, limit - used) for limit, used in limits), default=None),
        quota=min(quotas(files, cpu), default=None),
        pids_limit=tasks[0],
        pids_used=tasks[1],
        oom_kills=next(kills(files, memory), None),
    )


def membership(text: str) -> dict[str, str]:
    """Controller -> path of our group, from /proc/self/cgroup; "" is the one tree of version 2."""
    found = {}
    for line in text.splitlines():
        number, _, rest = line.partition(":")
        names, colon, path = rest.partition(":")
        if number.isdigit() and colon:
            found.update(dict.fromkeys(names.split(","), path))
    return found


def group(controller: str, belongs: dict[str, str], known: Iterable[Mount], root: Path) -> Group | None:
    """Where a controller's files are. One that version 1 has is not in version 2, also where both trees are there."""
    version = 1 if controller in belongs else 2
    path = belongs.get(controller, belongs.get(VERSION_2))
    kind = "cgroup" if version == 1 else "cgroup2"
    places = [mount for mount in known if mount.kind == kind and (version == 2 or controller in mount.options)]
    if path is None or not places:
        return None
    # of a tree that is mounted several times the part nearest to us; a container may see a part that we are not in
    place = max(places, key=lambda mount: len(mount.root) if within(path, mount.root) is not None else -1)
    point = root / place.point.lstrip("/")
    inner = within(path, place.root) or PurePosixPath()
    return Group(version, tuple(point / part for part in (inner, *inner.parents)) if inner.parts else (point,))


def within(path: str, root: str) -> PurePosixPath | None:
    """A group's path below the group that is mounted; None where it lies elsewhere."""
    whole = PurePosixPath(path)
    if ".." in whole.parts or not whole.is_relative_to(root):
        return None
    return whole.relative_to(root)


def number(files: Files, path: Path) -> int | None:
    """The one number in a file; None where there is none, as in "max"."""
    return whole((files.read(path) or "").strip())


def whole(text: str) -> int | None:
    """A number that is written in digits alone."""
    return int(text) if text.isascii() and text.isdigit() else None


def field(text: str, name: str) -> int | None:
    """A number in a file of lines such as `oom_kill 3`."""
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == name:
            return whole(words[1])
    return None


def memory_limits(files: Files, found: Group | None) -> Iterator[tuple[int, int]]:
    """Limit and use of each level that has a limit. What the kernel can drop at once, cached files, is not counted as used."""
    for level in found.levels if found else ():
        old = found is not None and found.version == 1
        limit = number(files, level / ("memory.limit_in_bytes" if old else "memory.max"))
        if limit is not None and limit < NO_LIMIT:
            used = number(files, level / ("memory.usage_in_bytes" if old else "memory.current")) or 0
            cached = field(files.read(level / "memory.stat") or "", "total_inactive_file" if old else "inactive_file") or 0
            yield limit, max(0, used - cached)


def quotas(files: Files, found: Group | None) -> Iterator[float]:
    """The CPUs of each level that has a quota."""
    for level in found.levels if found else ():
        if found is not None and found.version == 1:
            amount, period = (number(files, level / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
        else:
            first, _, second = (files.read(level / "cpu.max") or "").strip().partition(" ")
            amount, period = whole(first), whole(second or str(PERIOD))
        if amount is not None and period:
            yield amount / period


def task_limits(files: Files, found: Group | None) -> Iterator[tuple[int, int]]:
    """How many processes and threads each level may have, and has."""
    for level in found.levels if found else ():
        limit = number(files, level / "pids.max")
        if limit is not None:
            yield limit, number(files, level / "pids.current") or 0


def kills(files: Files, found: Group | None) -> Iterator[int]:
    """How many processes were killed for want of memory: of our own level first."""
    for level in found.levels if found else ():
        name = "memory.oom_control" if found is not None and found.version == 1 else "memory.events"
        count = field(files.read(level / name) or "", "oom_kill")
        if count is not None:
            yield count
