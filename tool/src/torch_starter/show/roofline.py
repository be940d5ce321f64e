"""The roofline of a machine: what it could compute by how much it computes with each byte, and how near figures come to that.

Both axes are logarithmic: operations for each byte of memory, and GFLOP/s.
Williams, Waterman, Patterson: Roofline, CACM 52 (2009).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch_starter.core.report import Measurement
from torch_starter.show._words import number, plain, quantity
from torch_starter.show.benchmarks import LIMITS
from torch_starter.show.charts import AXIS, Chart, Json, layout, named, words

GIGA = {"GFLOP/s": 1.0, "TFLOP/s": 1000.0}
BYTES = {"GB/s": 1.0, "TB/s": 1000.0}
PROCESSORS = "cpu"
NAMES = {"flops": "float32", "bf16": "bfloat16"}
HEIGHT = 420


@dataclass(frozen=True)
class Roof:
    """How fast memory is (GB/s), and what can be computed at most (GFLOP/s), by what it is called."""

    memory: float
    computing: dict[str, float]


def rooflines(measurements: Sequence[Measurement]) -> list[Chart]:
    """One for the processors, and one for each GPU, where its memory and a limit of its computing are known."""
    found = []
    points = [each for each in measurements if each.intensity and each.unit in (*GIGA, *BYTES)]
    for device in dict.fromkeys(each.params.get("device", PROCESSORS) for each in points):
        own = [each for each in points if each.params.get("device", PROCESSORS) == device]
        roof = of_processors(measurements) if device == PROCESSORS else of_gpu(measurements, device)
        if roof is not None:
            found.append(chart(device, roof, own))
    return found


def of_processors(measurements: Sequence[Measurement]) -> Roof | None:
    """By the limits that were measured on all threads: the best that there was."""
    limits = [each for each in measurements if each.name == LIMITS and each.params.get("threads", "").isdigit()]
    most = max((int(each.params["threads"]) for each in limits), default=0)
    whole = {each.params.get("what", ""): max(each.samples) for each in limits if int(each.params["threads"]) == most}
    computing = {NAMES[what]: value for what, value in whole.items() if what in NAMES}
    return Roof(whole["stream"], computing) if whole.get("stream") and computing else None


def of_gpu(measurements: Sequence[Measurement], device: str) -> Roof | None:
    """By the limits of its own figures."""
    own = [each for each in measurements if each.params.get("device") == device and each.limit]
    memory = max((each.limit.value * BYTES[each.unit] for each in own if each.limit and each.unit in BYTES), default=0.0)
    computing: dict[str, float] = {}
    for each in own:
        if each.limit and each.unit in GIGA:
            name = each.params.get("dtype", "computing")
            computing[name] = max(each.limit.value * GIGA[each.unit], computing.get(name, 0.0))
    return Roof(memory, computing) if memory and computing else None


def chart(device: str, roof: Roof, points: Sequence[Measurement]) -> Chart:
    """Roofs as lines, figures as points."""
    top = max(roof.computing.values())
    left = 2.0 ** math.floor(math.log2(min(0.1, *(each.intensity / 2 for each in points))))
    right = 2.0 ** math.ceil(math.log2(max(4 * top / roof.memory, *(each.intensity * 2 for each in points))))
    heights = [height(each) for each in points]
    low = min(left * roof.memory, *heights) / 1.5
    axis = {**AXIS, "type": "log", "dtick": 1, "minor": {"showgrid": False}, "zeroline": False}
    whole = layout(
        HEIGHT,
        margin={"l": 52, "r": 12, "t": 12, "b": 48},
        xaxis={**axis, **titled("operations for each byte of memory"), "range": [math.log10(left), math.log10(right)]},
        yaxis={**axis, **titled("GFLOP/s"), "range": [math.log10(low), math.log10(2 * top)]},
        annotations=[memory_words(roof, left), *(roof_words(*each, right) for each in roof.computing.items())],
    )
    data = [*(line(*each, roof.memory, left, right) for each in roof.computing.items()), dots(points)]
    name = "processors" if device == PROCESSORS else device
    told = "; ".join(f"{named(each)} {quantity(each.median, each.unit)}" for each in points)
    note = "Under the slope memory is what limits, under the flat roofs computing is. Hollow points: not all threads."
    return Chart(
        f"roofline-{device.replace(':', '-')}",
        f"Roofline of the {name}",
        note,
        f"Points below roofs: {told}",
        {"data": data, "layout": whole},
    )


def beside(measurement: Measurement) -> str:
    """What is written beside a point."""
    return plain(f"{measurement.name} {measurement.params.get('dtype', '')}".strip()).replace("<", "&lt;")


def height(measurement: Measurement) -> float:
    """In GFLOP/s; of what tells bytes a second, by the operations for each of them."""
    unit = measurement.unit
    return measurement.median * (GIGA[unit] if unit in GIGA else BYTES[unit] * measurement.intensity)


def titled(words: str) -> Json:
    return {"title": {"text": words, "font": {"size": 13}}}


def line(name: str, top: float, memory: float, left: float, right: float) -> Json:
    """Up the slope of the memory, then along the roof."""
    ridge = top / memory
    xs = [left, ridge, right]
    told = f"{name}: {quantity(top, 'GFLOP/s')}, from {number(ridge)} operations a byte"
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": [memory * left, top, top],
        "line": {"color": "--bar", "width": 2},
        "hovertext": told,
        "hoverinfo": "text",
    }


def dots(points: Sequence[Measurement]) -> Json:
    """The figures; hollow where they were not taken with all threads."""
    most = max((each.params.get("threads", "") for each in points), key=lambda threads: (len(threads), threads))
    whole = [(each, each.params.get("threads", most) == most) for each in points]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [each.intensity for each in points],
        "y": [height(each) for each in points],
        "text": [f"  {beside(each)}  " if own else "" for each, own in whole],
        "textposition": ["middle right" if each.intensity < 1 else "middle left" for each in points],
        "textfont": {"color": "--soft", "size": 11},
        "marker": {
            "size": 11,
            "color": "--mark",
            "symbol": ["circle" if own else "circle-open" for _, own in whole],
            "line": {"width": 2, "color": "--mark"},
        },
        "hovertext": [f"{named(each)}<br>{quantity(each.median, each.unit)}" for each in points],
        "hoverinfo": "text",
    }


def memory_words(roof: Roof, left: float) -> Json:
    """The name of the slope, below its upper part."""
    middle = (left * (min(roof.computing.values()) / roof.memory) ** 2) ** (1 / 3)
    at = {"xanchor": "left", "yanchor": "top", "xshift": 8, "font": {"color": "--soft", "size": 12}}
    return words(math.log10(middle), math.log10(middle * roof.memory), f"memory {quantity(roof.memory, 'GB/s')}", **at)


def roof_words(name: str, top: float, right: float) -> Json:
    """The name of a flat roof, at its end."""
    at = {"xanchor": "right", "yanchor": "bottom", "font": {"color": "--soft", "size": 12}}
    return words(math.log10(right), math.log10(top), f"{plain(name)} {quantity(top, 'GFLOP/s')}", **at)
