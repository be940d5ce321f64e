"""How much the values of figures scatter, as a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from torch_starter.core.report import Measurement
from torch_starter.show._words import quantity
from torch_starter.show.benchmarks import percent
from torch_starter.show.charts import AXIS, Chart, Json, layout, named, rows

LEAST_SHOWN = 0.05  # of the median that is shown at least, to each side
PROCESS_COLOURS = ("--c1", "--c2", "--c3", "--c4", "--c5")
TIMES = ("s", "ms", "us", "µs", "ns")
ENOUGH = 3  # values that are not alike by chance
ROUNDED = 1e-4


def samples(measurements: Iterable[Measurement]) -> Chart | None:
    """All values of each figure beside its median, a colour for each process, on the band that is noise."""
    every = [each for each in measurements if each.median > 0]
    lying = rows(telling(every) or every)
    told = lying.measurements
    if not told:
        return None
    data, bands = [], []
    for at, each in zip(lying.at, told, strict=True):
        data += points(each, at)
        bands.append(band(each, at))
    far = max(abs(x) for trace in data for x in trace["x"])
    reach = max(100 * LEAST_SHOWN, min(far, 100.0)) * 1.08
    axis = {**AXIS, "range": [-reach, reach], "ticksuffix": " %", "zeroline": True, "zerolinecolor": "--soft"}
    figure = {
        "data": data,
        "layout": layout(
            lying.height,
            xaxis=axis,
            yaxis=lying.axis,
            shapes=[each for each in bands if each],
            annotations=lying.words([around(each) for each in told], [scatter(each) for each in told]),
        ),
    }
    spoken = "; ".join(f"{named(each)} {around(each)}" for each in told)
    return Chart("samples", "How much they scatter", note(len(told) < len(every)), f"Points: {spoken}", figure)


def note(some: bool) -> str:
    """What is to be seen, and what is not."""
    left_out = (
        " Figures of the same values, and those without a limit that tell no speed, are left out: the numbers have all."
        if some
        else ""
    )
    return (
        f"Every value beside the median of its figure. Values of one colour are of one process; the band is the noise.{left_out}"
    )


def telling(measurements: Iterable[Measurement]) -> list[Measurement]:
    """Figures with a limit, and what people compare: throughput and times; of several that say the same the first."""
    found: list[Measurement] = []
    for each in measurements:
        if (each.limit or each.unit in TIMES or each.unit.endswith("/s")) and not any(same(each, other) for other in found):
            found.append(each)
    return found


def same(one: Measurement, other: Measurement) -> bool:
    """Whether two figures of a benchmark are one measurement: each value that of the other, or its inverse, times a number."""
    if one.name != other.name or one.processes != other.processes or len(one.samples) < ENOUGH:
        return False
    pairs = list(zip(one.samples, other.samples, strict=True))
    if any(min(pair) <= 0 for pair in pairs) or len(set(one.samples)) == 1:
        return False
    return any(alike(values) for values in ([x * y for x, y in pairs], [x / y for x, y in pairs]))


def alike(values: Sequence[float]) -> bool:
    """But for how numbers are rounded."""
    return max(values) <= min(values) * (1 + ROUNDED)


def around(measurement: Measurement) -> str:
    """The median and the noise."""
    return f"{quantity(measurement.median, measurement.unit)} {scatter(measurement)}".strip()


def scatter(measurement: Measurement) -> str:
    """The noise; nothing where there are too few values to tell."""
    return f"± {percent(measurement.noise)}" if math.isfinite(measurement.noise) else ""


def points(measurement: Measurement, at: float) -> list[Json]:
    """The samples as percent from the median, those of one process on one height."""
    parts, middle = measurement.by_process, measurement.median
    found = []
    for number, values in enumerate(parts):
        height = at + (0.24 * (number / (len(parts) - 1) - 0.5) if len(parts) > 1 else 0.0)
        colour = PROCESS_COLOURS[number % len(PROCESS_COLOURS)]
        found.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [round(100 * (value / middle - 1), 3) for value in values],
                "y": [height] * len(values),
                "marker": {"color": colour, "size": 7, "opacity": 0.75},
                "hovertext": [f"process {number + 1}: {quantity(value, measurement.unit)}" for value in values],
                "hoverinfo": "text",
            }
        )
    return found


def band(measurement: Measurement, at: float) -> Json | None:
    """From the median less the noise to the median and the noise."""
    noise = measurement.noise
    if not math.isfinite(noise):
        return None
    ends: Json = {"x0": -100 * noise, "x1": 100 * noise, "y0": at - 0.2, "y1": at + 0.2}
    return {"type": "rect", **ends, "fillcolor": "--rail", "line": {"width": 0}, "layer": "below"}
