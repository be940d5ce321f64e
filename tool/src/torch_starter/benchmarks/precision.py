"""What mixed precision gains."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.benchmarks._gpus import devices, kinds
from torch_starter.benchmarks._limits import datasheet, flops, ratio
from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure

CPU_SHAPE = {"width": 256, "length": 128, "batch": 4}
GPU_SHAPE = {"width": 1024, "length": 512, "batch": 16}


def figures(bed: Bed) -> Iterator[Figure]:
    yield Figure(
        sample="precision.training",
        series="ratio",
        unit="x",
        params={"dtype": "bfloat16", "threads": str(bed.threads)},
        arguments={**CPU_SHAPE, "dtype": "bfloat16", "threads": bed.threads},
        limit=ratio(flops(bed.threads, "bfloat16"), flops(bed.threads)),
        seconds=5.0,
    )
    for device, name in devices(bed).items():
        for dtype in [kind for kind in kinds(bed, device) if kind in ("float16", "bfloat16")]:
            yield Figure(
                sample="precision.training",
                series="ratio",
                unit="x",
                params={"dtype": dtype, "device": device},
                arguments={**GPU_SHAPE, "dtype": dtype, "threads": 0, "device": device},
                limit=ratio(datasheet(name, dtype), datasheet(name, "float32")),
            )


BENCHMARK = Benchmark(
    name="precision",
    title="training in mixed precision",
    about="How many times faster a training step of a transformer's layer is under autocast than in float32 without TF32, both "
    "taken in turn in one process. Below 1 it is slower. float16 scales its gradients.",
    version=1,
    figures=figures,
    needs=("limits",),
)
