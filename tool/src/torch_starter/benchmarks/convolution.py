"""A convolution of a residual network, forward and backward."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.benchmarks._gpus import devices, kinds
from torch_starter.benchmarks._limits import clock_key, clock_of, flops, gpu_flops
from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure

BATCH, GPU_BATCH = 16, 256
CHANNELS, WIDTH = 128, 28  # the second stage of ResNet-50
DIRECTIONS = ("forward", "backward")


def figures(bed: Bed) -> Iterator[Figure]:
    shape = {"channels": CHANNELS, "width": WIDTH}
    for direction in DIRECTIONS:
        yield Figure(
            sample="convolution.residual",
            series=direction,
            unit="GFLOP/s",
            params={"direction": direction, "dtype": "float32", "threads": str(bed.threads)},
            arguments={**shape, "batch": BATCH, "dtype": "float32", "threads": bed.threads},
            scale=1e-9,
            limit=flops(bed.threads),
            one_thread=bed.threads == 1,
            seconds=3.0,
        )
    for device, name in devices(bed).items():
        for kind, dtype in kinds(bed, device).items():
            common = {"dtype": kind, "device": device}
            given = {**shape, "batch": GPU_BATCH, "dtype": dtype, "threads": 0, "device": device, "tf32": kind == "tf32"}
            limit = gpu_flops(name, kind, clock_key("convolution", common))
            found = [
                Figure("convolution.residual", way, "TFLOP/s", {**common, "direction": way}, given, scale=1e-12, limit=limit)
                for way in DIRECTIONS
            ]
            yield from found
            yield clock_of(Figure("convolution.residual", "clock", "MHz", common, given))


BENCHMARK = Benchmark(
    name="convolution",
    title="a convolution, forward and backward",
    about="The 3x3 convolution of ResNet-50's second stage; backward are its gradients by the input and by the weights, each as "
    "much to compute as forward. On GPUs in the memory format channels_last, by the fastest algorithm that cuDNN finds.",
    version=1,
    figures=figures,
    needs=("limits",),
)
