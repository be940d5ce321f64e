"""What the benchmarks of trainings share: the project's examples, how much memory there is, the figures of a training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch_starter.benchmarks._limits import clock_key, clock_of, flops, gpu_flops
from torch_starter.core.bed import Bed
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Figure
from torch_starter.core.report import Measurement
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.memory import Memory

GIB = 2**30
LARGE = 16  # processors, and GiB of memory, from which on a large model is trained without a GPU
ROUNDS = 3


def example(bed: Bed, name: str) -> str:
    """The path of an example; raises Absent where the project has none of that name."""
    path = bed.examples / name
    if not path.is_file():
        raise Absent(f"examples/{name} is not in this project")
    return str(path)


def is_large(bed: Bed) -> bool:
    """Whether the processors train a large model in a time that one waits for."""
    return bed.threads >= LARGE and memory(bed) >= LARGE * GIB


def memory(bed: Bed) -> int:
    """Bytes that are free; 0 where that is not known."""
    try:
        return bed.evidence.facts[Memory].available
    except (Absent, Unknown):
        return 0


def gpu_memory(bed: Bed) -> int:
    """Bytes that are free on the fullest GPU; 0 where that is not known."""
    try:
        devices = bed.evidence.facts[Gpu].devices
    except (Absent, Unknown):
        return 0
    return min((device.memory - (device.used or 0) for device in devices), default=0)


def devices(bed: Bed) -> Sequence[tuple[str, str]]:
    """The GPUs that are trained on, each with its name: in the quick suite one."""
    return list(bed.devices.items())[: 1 if bed.quick else None]


@dataclass(frozen=True)
class Training:
    """A training of an example: `unit` is what a step takes in, `params` and `arguments` are those of all its figures."""

    benchmark: str
    unit: str
    params: Mapping[str, str]
    arguments: Mapping[str, Any]
    seconds: float
    timeout: float

    def on_processors(self, threads: int) -> Iterator[Figure]:
        """Its figures, held against what the processors compute at most."""
        run = self.with_more({"threads": str(threads)}, {"threads": threads, "precision": "float32"})
        yield from run.common()
        yield replace(run.figure("operations", "GFLOP/s"), scale=1e-9, limit=flops(threads))

    def on_gpu(self, device: str, name: str) -> Iterator[Figure]:
        """Its figures, held against the GPU's data sheet."""
        run = self.with_more({"device": device}, {"threads": 0, "precision": "bfloat16", "device": device})
        yield from run.common()
        figure = run.figure("operations", "TFLOP/s")
        limit = gpu_flops(name, "bfloat16", clock_key(self.benchmark, figure.params))
        figure = replace(figure, scale=1e-12, limit=limit)
        yield figure
        yield clock_of(figure)

    def with_more(self, params: Mapping[str, str], arguments: Mapping[str, Any]) -> Training:
        return replace(self, params={**self.params, **params}, arguments={**self.arguments, **arguments})

    def common(self) -> Iterator[Figure]:
        """How fast it is, and the loss: by it one sees that the same was computed."""
        yield self.figure(self.unit, f"{self.unit}/s")
        yield replace(self.figure("step", "ms"), better="lower", scale=1e3)
        yield replace(self.figure("loss", "nats"), better="lower")

    def figure(self, series: str, unit: str) -> Figure:
        return Figure(
            sample=f"{self.benchmark}.train",
            series=series,
            unit=unit,
            params={**self.params, "what": series},
            arguments=self.arguments,
            rounds=ROUNDS,
            seconds=self.seconds,
            timeout=self.timeout,
        )


def notes(measured: Sequence[Measurement]) -> Iterator[str]:
    """Where the loss is not the same in all processes, although they began with the same seed."""
    for each in measured:
        if each.params.get("what") == "loss" and min(each.samples) != max(each.samples):
            low, high = min(each.samples), max(each.samples)
            yield f"{each.key}: with the same seed the loss is {low:.6g} in one process and {high:.6g} in another"
