"""How fast memory is read and written by torch."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.benchmarks._gpus import devices
from torch_starter.benchmarks._limits import datasheet, stream
from torch_starter.core.bed import Bed
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Benchmark, Figure
from torch_starter.facts.memory import Memory

SIZE = 256 << 20  # bytes of each of three arrays, as the native program has them
LEAST = 64 << 20  # smaller arrays stay in caches
GPU_SIZE = 1 << 30
PART = 8  # of the memory that is free: one array


def figures(bed: Bed) -> Iterator[Figure]:
    size = size_of_arrays(bed)
    for threads in (bed.threads,) if bed.quick else bed.thread_counts:
        yield Figure(
            sample="memory.triad",
            series="triad",
            unit="GB/s",
            params={"threads": str(threads)},
            arguments={"size": size, "threads": threads},
            scale=1e-9,
            limit=stream(threads),
            one_thread=threads == 1,
            intensity=2 / 12,
            seconds=1.5,
        )
    for device, name in devices(bed).items():
        yield Figure(
            sample="memory.copy",
            series="copy",
            unit="GB/s",
            params={"device": device},
            arguments={"size": GPU_SIZE, "device": device},
            scale=1e-9,
            limit=datasheet(name, "memory"),
        )


def size_of_arrays(bed: Bed) -> int:
    """Bytes of each array; raises Absent where there is no room for arrays that no cache holds."""
    try:
        free = bed.evidence.facts[Memory].available
    except (Absent, Unknown):
        return SIZE
    if free // PART < LEAST:
        raise Absent(f"{free / 2**30:.1f} GiB of memory are free: too little for arrays that no cache holds")
    return min(SIZE, free // PART // 64 * 64)


BENCHMARK = Benchmark(
    name="memory",
    title="reading and writing memory",
    about="The triad a = b + s * c over arrays that no cache holds, by torch.add with one thread and with all, counted as STREAM "
    "counts: 12 bytes for each element of float32; and on GPUs a copy, counted as read and written.",
    version=1,
    figures=figures,
    quick=True,
    needs=("limits",),
    source="STREAM: cs.virginia.edu/stream",
)
