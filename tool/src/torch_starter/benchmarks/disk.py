"""The disks that caches and data lie on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from torch_starter.core.bed import Bed, Storage
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Benchmark, Figure, Medians
from torch_starter.core.report import Limit, Measurement
from torch_starter.facts.mounts import MEMORY, NETWORK

SIZE = 256 * 2**20
FILES = 400
ROUNDS = 3

KINDS = {
    **dict.fromkeys(MEMORY, "lies in memory: what is measured is no disk"),
    **dict.fromkeys(NETWORK, "lies behind a network: its figures change with what others do there"),
    "overlay": "lies in a container's own layer, which is lost with the container",
}


def figures(bed: Bed) -> Iterator[Figure]:
    if not bed.folders:
        raise Absent("there is no folder to measure in")
    for name, folder, storage in places(bed):
        where = {"folder": name, "filesystem": storage.filesystem or "unknown"}
        make = partial(Figure, rounds=ROUNDS, timeout=300.0)
        whole = {"folder": folder, "size": SIZE}
        for what in ("write", "read"):
            params = {"what": what, **where}
            limit = partial(carried, storage.link)
            yield make("disk.sequential", what, "MB/s", params, whole, scale=1e-6, limit=limit, seconds=4.0)
        yield make("disk.small", "random", "reads/s", {"what": "random 4 KiB", **where}, whole, seconds=4.0)
        yield make("disk.small", "fsync", "ms", {"what": "fsync", **where}, whole, better="lower", scale=1e3, seconds=4.0)
        given = {"folder": folder, "files": FILES}
        yield make("disk.imports", "files", "files/s", {"what": "import-like", **where}, given, seconds=4.0)


def places(bed: Bed) -> list[tuple[str, str, Storage]]:
    """The folders, each with what it lies on; several on one device are one, called by all their names."""
    names: dict[object, list[str]] = {}
    for name in bed.folders:
        storage = bed.storage.get(name, Storage())
        names.setdefault((storage.device, storage.filesystem) if storage.device else name, []).append(name)
    return [(" and ".join(each), str(bed.folders[each[0]]), bed.storage.get(each[0], Storage())) for each in names.values()]


def carried(link: float, medians: Medians) -> Limit | None:
    """What the disk's link carries."""
    return Limit(link, "derived") if link else None


def notes(measured: Sequence[Measurement]) -> Iterator[str]:
    """What is to be known of the file systems."""
    for name, kind in dict.fromkeys((each.params["folder"], each.params["filesystem"]) for each in measured):
        if kind in KINDS:
            yield f"What is measured for {name} ({kind}) {KINDS[kind]}."


BENCHMARK = Benchmark(
    name="disk",
    title="the disks that caches and data lie on",
    about="A file of 256 MiB written and read in blocks of 1 MiB, 4 at once, and written out to the disk (fsync); 4 KiB anywhere "
    "in it, one at a time; the time that a write of 4 KiB with its fsync takes; and 400 files of the sizes of modules, read one "
    "after the other as an import does, with cold contents. Read past the page cache where the file system can do that.",
    version=1,
    figures=figures,
    package="",
    notes=notes,
    source="MLPerf Storage, on caches: github.com/mlcommons/storage",
)
