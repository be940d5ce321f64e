"""torch.compile: what it takes, and after how many steps it has paid."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.bed import Bed
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Benchmark, Figure
from torch_starter.facts.compiler import Compiler


def figures(bed: Bed) -> Iterator[Figure]:
    compiler = bed.evidence.facts[Compiler]
    if not compiler.cxx_version:
        raise Absent("there is no C++ compiler")
    devices = ["cpu", *list(bed.devices)[:1]] if compiler.cc_version else ["cpu"]  # for a GPU Triton needs one for C
    for device in devices:
        yield of(device, "cold", "s", "cold cache")
        yield of(device, "warm", "s", "warm cache")
        yield of(device, "ratio", "times", "steady step", better="higher")
        yield of(device, "even", "steps", "break even")


def of(device: str, series: str, unit: str, what: str, better: str = "lower") -> Figure:
    """One figure on a device."""
    return Figure(
        sample="compile.training",
        series=series,
        unit=unit,
        params={"what": what, "device": device},
        arguments={"device": device},
        better="higher" if better == "higher" else "lower",
        rounds=1,
        seconds=60.0,
        timeout=600.0,
    )


BENCHMARK = Benchmark(
    name="compile",
    title="torch.compile of a small model",
    about="Seconds of the first step with an empty cache, and of the same in a new process with what the first one left; how "
    "many times as fast a step is as without torch.compile, both in turn; after how many steps that has paid.",
    version=1,
    figures=figures,
)
