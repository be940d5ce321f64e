"""What the processors can do at most, measured by a small C program: what other figures are held against."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure


def figures(bed: Bed) -> Iterator[Figure]:
    for threads in bed.thread_counts:
        for what in ("flops", "bf16"):
            params = {"what": what, "threads": str(threads)}
            given = {"program": bed.program, "what": what, "threads": threads}
            yield Figure("limits.run", "rate", "GFLOP/s", params, given, scale=1e-9, peak=True, rounds=2, seconds=0.5)
    for threads in bed.thread_counts:
        params = {"what": "stream", "threads": str(threads)}
        given = {"program": bed.program, "what": "stream", "threads": threads}
        yield Figure("limits.run", "rate", "GB/s", params, given, scale=1e-9, peak=True, rounds=2, seconds=1.5)
    given = {"program": bed.program, "what": "clock", "threads": 1}
    yield Figure("limits.run", "rate", "GHz", {"what": "clock"}, given, scale=1e-9, peak=True, rounds=2, seconds=0.3)


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
