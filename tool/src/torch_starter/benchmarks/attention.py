"""Causal attention, as language models have it."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.benchmarks._gpus import devices, short
from torch_starter.benchmarks._limits import clock_key, clock_of, flops, gpu_flops
from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure

SHAPE = {"heads": 12, "length": 1024, "width": 64}  # GPT-2
BATCH, GPU_BATCH = 1, 32


def figures(bed: Bed) -> Iterator[Figure]:
    yield Figure(
        sample="attention.causal",
        series="attention",
        unit="GFLOP/s",
        params={"dtype": "float32", "threads": str(bed.threads)},
        arguments={**SHAPE, "batch": BATCH, "dtype": "float32", "threads": bed.threads},
        scale=1e-9,
        limit=flops(bed.threads),
        one_thread=bed.threads == 1,
    )
    for device, name in devices(bed).items():
        dtype = short(bed, device)
        params = {"dtype": dtype, "device": device}
        figure = Figure(
            sample="attention.causal",
            series="attention",
            unit="TFLOP/s",
            params=params,
            arguments={**SHAPE, "batch": GPU_BATCH, "dtype": dtype, "threads": 0, "device": device},
            scale=1e-12,
            limit=gpu_flops(name, dtype, clock_key("attention", params)),
        )
        yield figure
        yield clock_of(figure)


BENCHMARK = Benchmark(
    name="attention",
    title="causal attention",
    about="scaled_dot_product_attention of GPT-2's shape: 12 heads of 64, 1024 tokens, each of which sees those before it. Only "
    "the pairs of tokens that see each other are counted: an implementation that computes all reaches half of the limit at most.",
    version=1,
    figures=figures,
    quick=True,
    needs=("limits",),
)
