"""What the processors can do at most, measured by a small C program: what other figures are held against."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure

UNITS = {"flops": "GFLOP/s", "bf16": "GFLOP/s", "stream": "GB/s"}
IN_QUICK = ("flops",)  # of what one thread can do, the quick suite measures this alone


def figures(bed: Bed) -> Iterator[Figure]:
    for threads in bed.thread_counts:
        for what, unit in UNITS.items():
            if threads == bed.threads or not bed.quick or what in IN_QUICK:
                yield figure(bed, what, threads, unit, {"what": what, "threads": str(threads)})
    yield figure(bed, "clock", 1, "GHz", {"what": "clock"})


def figure(bed: Bed, what: str, threads: int, unit: str, params: dict[str, str]) -> Figure:
    """What the program tells, in units of 1e9."""
    given = {"program": bed.program, "what": what, "threads": threads}
    return Figure("limits.run", "rate", unit, params, given, scale=1e-9, peak=True, rounds=2, seconds=0.5)


BENCHMARK = Benchmark(
    name="limits",
    title="what the processors can do at most",
    about="Fused multiply-adds in registers on all processors at once, the STREAM triad over arrays that no cache holds, and the "
    "clock by a chain of dependent multiplications. Processors that share a core are found by the sum.",
    version=1,
    figures=figures,
    quick=True,
    package="",
    source="STREAM: cs.virginia.edu/stream",
)
