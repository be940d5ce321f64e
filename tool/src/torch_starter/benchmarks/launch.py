"""What it costs to start an operation."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.benchmarks._gpus import devices
from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure


def figures(bed: Bed) -> Iterator[Figure]:
    yield Figure(
        sample="launch.dispatch",
        series="dispatch",
        unit="us",
        params={"what": "dispatch"},
        better="lower",
        scale=1e6,
        one_thread=True,
    )
    for device in devices(bed):
        for what in ("eager", "graph"):
            yield Figure(
                sample="launch.on_gpu",
                series=what,
                unit="us",
                params={"what": what, "device": device},
                arguments={"device": device},
                better="lower",
                scale=1e6,
            )


BENCHMARK = Benchmark(
    name="launch",
    title="starting a small operation",
    about="What torch.add of one element takes: the way from Python to the kernel, which bounds models of many small operations. "
    "On GPUs one after the other, and as a CUDA graph of many. There is no limit of physics: hold it against earlier runs.",
    version=1,
    figures=figures,
)
