"""The product of two matrices."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.benchmarks._gpus import devices, kinds
from torch_starter.benchmarks._limits import clock_key, clock_of, flops, gpu_flops
from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure

SIZE, GPU_SIZE = 2048, 8192


def figures(bed: Bed) -> Iterator[Figure]:
    for threads in bed.thread_counts:
        for dtype in ("float32",) if bed.quick and threads < bed.threads else ("float32", "bfloat16"):
            yield Figure(
                sample="matmul.product",
                series="product",
                unit="GFLOP/s",
                params={"dtype": dtype, "threads": str(threads)},
                arguments={"size": SIZE, "dtype": dtype, "threads": threads},
                scale=1e-9,
                limit=flops(threads, dtype),
                one_thread=threads == 1,
                intensity=2 * SIZE**3 / (4 * SIZE**2 * (4 if dtype == "float32" else 2)),
            )
    for device, name in devices(bed).items():
        for kind, dtype in kinds(bed, device).items():
            figure = on_gpu(device, name, kind, dtype)
            yield figure
            yield clock_of(figure)


def on_gpu(device: str, name: str, kind: str, dtype: str) -> Figure:
    params = {"dtype": kind, "device": device}
    return Figure(
        sample="matmul.product",
        series="product",
        unit="TFLOP/s",
        params=params,
        arguments={"size": GPU_SIZE, "dtype": dtype, "threads": 0, "device": device, "tf32": kind == "tf32"},
        scale=1e-12,
        limit=gpu_flops(name, kind, clock_key("matmul", params)),
        intensity=2 * GPU_SIZE**3 / (4 * GPU_SIZE**2 * (4 if dtype == "float32" else 2)),
    )


BENCHMARK = Benchmark(
    name="matmul",
    title="the product of two matrices",
    about="torch.mm of two square matrices into a third that is there already: what most of a training consists of.",
    version=1,
    figures=figures,
    quick=True,
    needs=("limits",),
)
