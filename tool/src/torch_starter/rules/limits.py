"""What a container may take of the machine, and the shared memory that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well
from torch_starter.rules._stages import has, need_containers, ours, runs_torch

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
        if mounted or has(files, each, "shm") or each.value("ipc") not in ("", "private", "none"):
            yield well(each.place)
        else:
            yield stale(
                each.place,
                f"{short(each.name)} has the 64 MB of /dev/shm that every container has: loaders with workers end in a bus error",
                "some gigabytes",
                "write `shm_size: 4gb`" if each.kind == "compose" else 'write "runArgs": ["--shm-size=4gb"]',
            )


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
        "Loaders hand batches over through /dev/shm, of which a container has 64 MB unless more is asked for.",
        shared_memory,
        "containers with PyTorch",
        "shm_size, --shm-size, a mount on /dev/shm, or a shared ipc.",
        "Write shm_size: 4gb.",
        "The manual of torch.utils.data; Docker's manual: 64 MB by default",
    ),
)
