"""What a container may take of the machine, and the shared memory that it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.core.container_files import Container, ContainerFiles, Setting
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well
from torch_starter.rules._stages import given, has, need_containers, ours, runs_torch

ENOUGH = 512 * 2**20  # bytes; eight workers with two batches of 32 images each hold 300 MB
ENDS = "loaders with workers end in a bus error"
LINES = {"memory": "mem_limit: 12gb", "pids": "pids_limit: 4096"}


def limits(files: ContainerFiles) -> Iterator[Sight]:
    for each in ours(files):
        missing = [name for name in LINES if not has(files, each, name)]
        if not missing:
            yield well(each.place)
            continue
        words = " and ".join({"memory": "memory", "pids": "processes"}[name] for name in missing)
        yield stale(
            each.place,
            f"{short(each.name)} has no limit of {words}: one program that grows takes the machine with it",
            "limits that leave the machine something",
            f"write {' and '.join(f'`{LINES[name]}`' for name in missing)}, or numbers that fit your machine",
        )


def shared_memory(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    if not files.torch:
        raise Absent("nothing here asks for PyTorch")
    for each in files.containers:
        if each.fragment or each.all("compose-file", "extends") or not runs_torch(files, each):
            continue
        mounted = any(mount.target == "/dev/shm" for mount in each.mounts)
        room = given(files, each, "shm")
        if mounted or each.value("ipc") not in ("", "private", "none"):
            yield well(each.place)
        elif room:
            yield of_room(each, room)
        else:
            seen = f"{short(each.name)} has the 64 MB of /dev/shm that every container has: {ENDS}"
            yield stale(each.place, seen, "some gigabytes", f"write {each.written('shm', '4gb')}")


def of_room(container: Container, room: list[Setting]) -> Sight:
    """What a container is given of shared memory; where several files say so, the most of it."""
    sizes = [bytes_of(setting.value) for setting in room]
    most = max((size for size in sizes if size is not None), default=ENOUGH)
    if None in sizes or most >= ENOUGH:
        return well(container.place)
    seen = f"{short(container.name)} has {short(room[-1].value)} of /dev/shm: {ENDS}"
    return stale(room[-1].place, seen, "some gigabytes", f"write {container.written('shm', '4gb')}")


def bytes_of(text: str) -> int | None:
    """A size as docker reads it: 64m, 64MB, 1gb, 67108864; None for what is none, or not known."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?", text.strip().lower())
    return int(float(found[1]) * 1024 ** " kmgt".index(found[2] or " ")) if found else None


RULES = (
    Rule(
        "files.limits",
        "services that are built here have limits of memory and processes",
        "Without a limit a program that grows, or that starts processes without end, stops all others on the machine; with one "
        "the engine ends it alone. Fragments that are put over a service count for it; files that are for developing by their "
        "names are not judged.",
        limits,
        "services that are built here",
        "mem_limit and pids_limit, or deploy.resources.limits.",
        "Write mem_limit and pids_limit.",
        "CIS Docker Benchmark 1.3: 5.10 and 5.28",
    ),
    Rule(
        "files.shared-memory",
        "containers with PyTorch have room in /dev/shm",
        "Loaders hand batches over through /dev/shm, of which a container has 64 MB unless more is asked for. Less than 512 MB "
        "is a warning.",
        shared_memory,
        "containers with PyTorch",
        "shm_size, --shm-size, a mount on /dev/shm, or a shared ipc.",
        "Write shm_size: 4gb.",
        "The manual of torch.utils.data; Docker's manual: 64 MB by default",
    ),
)
