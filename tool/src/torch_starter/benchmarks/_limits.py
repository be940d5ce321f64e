"""The limits that several benchmarks are held against."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch_starter.core.figures import key
from torch_starter.core.kinds import Medians
from torch_starter.core.report import Limit

Reading = Callable[[Medians], Limit | None]

GPUS = Path(__file__).with_name("gpus.toml")
TO = {"flops": 1.0, "stream": 1.0}
WHAT = {"float32": "flops", "bfloat16": "bf16"}


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


def gpu_flops(device: str, kind: str) -> Reading:
    """What a GPU's data sheet says of dense products, in TFLOP/s, corrected by the clock that it reached."""
    return datasheet(device, kind)


def datasheet(device: str, what: str) -> Reading:
    """A number of a GPU's data sheet, by the GPU's name as NVML tells it."""
    sheets = tomllib.loads(GPUS.read_text(encoding="utf-8"))
    found: dict[str, Any] = next((sheet for sheet in sheets.values() if any(name in device for name in sheet["names"])), {})
    value = found.get(what)
    return lambda medians: Limit(float(value), "datasheet") if value is not None else None
