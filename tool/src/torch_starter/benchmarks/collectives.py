"""Operations of several processes together: what gradients are added up with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from torch_starter.benchmarks._limits import stream
from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure, Medians
from torch_starter.core.report import Limit

SIZE, GPU_SIZE, LITTLE = 64 * 2**20, 256 * 2**20, 4096
RANKS, MOST_RANKS = 2, 8
WHAT = ("all-reduce", "all-gather", "broadcast", "reduce-scatter")


def figures(bed: Bed) -> Iterator[Figure]:
    yield from of("gloo", RANKS, SIZE, bed.threads)
    if len(bed.devices) > 1:
        yield from of("nccl", min(MOST_RANKS, len(bed.devices)), GPU_SIZE, 0)


def of(backend: str, ranks: int, size: int, threads: int) -> Iterator[Figure]:
    """The figures of one backend: two bandwidths of each operation, and the time that a little one takes."""
    make = partial(Figure, "collectives.together", "done", rounds=3, seconds=4.0, timeout=150.0)
    for what in WHAT:
        given = {"what": what, "backend": backend, "ranks": ranks, "size": size}
        for kind, part in (("busbw", factor(what, ranks)), ("algbw", 1.0)):
            params = {"what": what, "kind": kind, "backend": backend, "ranks": str(ranks)}
            limit = partial(through_memory, what, ranks, part, threads)
            yield make("GB/s", params, given, scale=1e-9 * part, limit=limit)
    given = {"what": WHAT[0], "backend": backend, "ranks": ranks, "size": LITTLE}
    params = {"what": WHAT[0], "kind": "latency", "backend": backend, "ranks": str(ranks)}
    yield make("µs", params, given, better="lower", scale=1e6 * LITTLE)


def factor(what: str, ranks: int) -> float:
    """By what the bandwidth of an operation is to be multiplied to be that of the link which is used most."""
    return {"all-reduce": 2 * (ranks - 1) / ranks, "broadcast": 1.0}.get(what, (ranks - 1) / ranks)


def through_memory(what: str, ranks: int, part: float, threads: int, medians: Medians) -> Limit | None:
    """Where ranks have but the memory between them, each byte on its way is read once and written once at least.

    Every rank sends and gets at once, but in a broadcast, where one of them gets nothing. Nothing is known of links of GPUs.
    """
    memory = stream(threads)(medians) if threads else None
    flows = ranks - 1 if what == "broadcast" else ranks
    return Limit(memory.value / (2 * flows) * part / factor(what, ranks), "derived") if memory else None


BENCHMARK = Benchmark(
    name="collectives",
    title="operations of several processes together",
    about="Two processes by gloo, 64 MiB; one for each GPU by NCCL, 256 MiB, where there are two or more: all-reduce, "
    "all-gather, broadcast and reduce-scatter, with their results checked. algbw is bytes by seconds, busbw what the most used "
    "link carries, as nccl-tests counts them; and how long 4 KiB take.",
    version=1,
    figures=figures,
    needs=("limits",),
    source="nccl-tests, doc/PERFORMANCE.md: github.com/NVIDIA/nccl-tests",
)
