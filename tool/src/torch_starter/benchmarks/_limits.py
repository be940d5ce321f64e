"""The limits that several benchmarks are held against."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from torch_starter.benchmarks._sheets import sheet
from torch_starter.core.figures import key
from torch_starter.core.kinds import Figure, Medians, unlimited
from torch_starter.core.report import Limit

Reading = Callable[[Medians], Limit | None]

WHAT = {"float32": "flops", "bfloat16": "bf16"}
CLOCK = {"what": "clock"}


def flops(threads: int, dtype: str = "float32") -> Reading:
    """What so many processors compute at most in a second, in GFLOP/s."""
    return measured("limits", what=WHAT[dtype], threads=str(threads))


def stream(threads: int) -> Reading:
    """What so many processors move to and from memory at most, in GB/s."""
    return measured("limits", what="stream", threads=str(threads))


def measured(benchmark: str, **params: str) -> Reading:
    """The median of another figure."""
    name = key(benchmark, params)
    return lambda medians: Limit(medians[name], "measured") if name in medians else None


def ratio(above: Reading, below: Reading) -> Reading:
    """By what one limit is more than another."""

    def reading(medians: Medians) -> Limit | None:
        one, other = above(medians), below(medians)
        return Limit(one.value / other.value, "derived") if one and other and other.value else None

    return reading


def gpu_flops(device: str, kind: str, clock: str = "") -> Reading:
    """What a GPU's data sheet says of dense products, in TFLOP/s; less where the clock that it reached, a figure, is lower."""
    peak = datasheet(device, kind)
    boost = (kind == "float32" and sheet(device).get("float32_clock")) or sheet(device).get("clock")

    def reading(medians: Medians) -> Limit | None:
        limit, reached = peak(medians), medians.get(clock)
        return Limit(limit.value * min(1.0, reached / boost), "datasheet") if limit and boost and reached else limit

    return reading


def datasheet(device: str, what: str) -> Reading:
    """A number of a GPU's data sheet, by the GPU's name as NVML tells it."""
    value = sheet(device).get(what)
    return lambda medians: Limit(float(value), "datasheet") if value is not None else None


def clock_of(figure: Figure) -> Figure:
    """The clock of the GPU while a figure was taken, which its sample tells too."""
    params = {**figure.params, **CLOCK}
    return dataclasses.replace(figure, series="clock", unit="MHz", params=params, scale=1.0, limit=unlimited, intensity=0.0)


def clock_key(benchmark: str, params: Mapping[str, str]) -> str:
    """What the figure of that clock is called."""
    return key(benchmark, {**params, **CLOCK})
