"""Pictures of what benchmarks measured, as data for plotly.js. Colours are names of the page's style, such as "--bar"."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch_starter.core.figures import label
from torch_starter.core.report import Measurement
from torch_starter.show._words import plain, quantity
from torch_starter.show.benchmarks import LIMITS, percent, value

Json = dict[str, Any]

ROW = 48  # pixels of a bar with the words above it
FEW = 36  # signs of a name that a phone has room for
FRAME = 44  # of what is around all rows
LEAST_SHOWN = 0.05  # of the median that a picture of samples shows at least, to each side
PROCESS_COLOURS = ("--c1", "--c2", "--c3", "--c4", "--c5")
AXIS: Json = {
    "gridcolor": "--line",
    "linecolor": "--line",
    "tickcolor": "--line",
    "zerolinecolor": "--line",
    "color": "--soft",
    "fixedrange": True,
    "tickfont": {"size": 12},
    "title": {"font": {"size": 13}},
}


@dataclass(frozen=True)
class Chart:
    """A picture: its place in the page, what stands above and below it, what is said to who cannot see it, and plotly's data."""

    id: str
    title: str
    note: str
    spoken: str
    figure: Json


def layout(height: int, **more: Any) -> Json:
    """What all pictures have in common: no ground of their own, and words as the page has them."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 36},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, sans-serif", "size": 13, "color": "--ink"},
        "hoverlabel": {"bgcolor": "--card", "bordercolor": "--line", "font": {"color": "--ink"}},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        **more,
    }


def named(measurement: Measurement) -> str:
    """A figure in words: matmul, float32, 2 threads."""
    words = ", ".join(part for part in (measurement.name, label(measurement.params)) if part)
    return plain(words).replace("<", "&lt;")


def words(x: float, y: float, text: str, **more: Any) -> Json:
    """Words in a picture."""
    return {"x": x, "y": y, "text": text, "showarrow": False, **more}


def rows(measurements: Sequence[Measurement], told: Sequence[str], narrow: Sequence[str]) -> list[Json]:
    """What stands above each row: its name on the left, its number on the right; in short where there is no room."""
    above: Json = {"xref": "paper", "yanchor": "bottom", "yshift": 10, "font": {"size": 13}}
    soft = {**above, "font": {"size": 12, "color": "--soft"}}
    found = []
    for at, (measurement, number, short) in enumerate(zip(measurements, told, narrow, strict=True)):
        name = named(measurement)
        few = name if len(name) <= FEW else f"{name[: FEW - 1].rstrip(' ,')}…"
        found.append(words(0, -at, name, narrow=few, xanchor="left", **above))
        found.append(words(1, -at, number, narrow=short or number, xanchor="right", **soft))
    return found


def row_axis(count: int) -> Json:
    """Rows from the top down, without marks of their own."""
    return {**AXIS, "range": [0.35 - count, 0.85], "showgrid": False, "zeroline": False, "showticklabels": False, "ticks": ""}


def limit_bars(measurements: Sequence[Measurement]) -> Chart | None:
    """Each figure that has a limit as a bar, all of which is the limit."""
    shares = [(each, each.share) for each in measurements if each.limit and each.share is not None]
    if not shares:
        return None
    at = [-place for place in range(len(shares))]
    values = [100 * share for _, share in shares if share is not None]
    told = [f"{'≥ ' if each.bounded else ''}{value:.0f} %" for (each, _), value in zip(shares, values, strict=True)]
    hover = [f"{named(each)}<br>{of_limit(each)}" for each, _ in shares]
    rail = {"type": "bar", "orientation": "h", "x": [100] * len(at), "y": at, "width": 0.3}
    full: Json = {**rail, "x": values, "marker": {"color": "--bar"}, "hovertext": hover, "hoverinfo": "text"}
    empty = {**rail, "marker": {"color": "--rail"}, "hoverinfo": "skip"}
    full["marker"]["opacity"] = [0.6 if each.bounded else 1 for each, _ in shares]
    axis = {**AXIS, "range": [0, max(103.0, *(value * 1.03 for value in values))], "ticksuffix": " %", "zeroline": False}
    figure = {
        "data": [empty, full],
        "layout": layout(
            ROW * len(at) + FRAME,
            barmode="overlay",
            xaxis=axis,
            yaxis=row_axis(len(at)),
            annotations=rows([each for each, _ in shares], [of_limit(each) for each, _ in shares], told),
        ),
    }
    spoken = "; ".join(f"{named(each)} {words}" for (each, _), words in zip(shares, told, strict=True))
    note = "Paler bars: others kept the machine busy, it is no more than a bound." if any(e.bounded for e, _ in shares) else ""
    return Chart("limits", "How near each figure comes to its limit", note, f"Bars: {spoken}", figure)


def of_limit(measurement: Measurement) -> str:
    """The value, its limit and the share of it."""
    share = measurement.share
    return value(measurement) if share is None else f"{value(measurement)}, <b>{100 * share:.0f} %</b>"


def samples(measurements: Sequence[Measurement]) -> Chart | None:
    """All values of each figure beside its median, a colour for each process, on the band that is noise."""
    told = [each for each in measurements if each.median > 0]
    if not told:
        return None
    data, bands = [], []
    for at, each in enumerate(told):
        data += points(each, -at)
        bands.append(band(each, -at))
    far = max(abs(x) for trace in data for x in trace["x"])
    reach = max(100 * LEAST_SHOWN, min(far, 100.0)) * 1.08
    axis = {**AXIS, "range": [-reach, reach], "ticksuffix": " %", "zeroline": True, "zerolinecolor": "--soft"}
    figure = {
        "data": data,
        "layout": layout(
            ROW * len(told) + FRAME,
            xaxis=axis,
            yaxis=row_axis(len(told)),
            shapes=[each for each in bands if each],
            annotations=rows(told, [around(each) for each in told], [scatter(each) for each in told]),
        ),
    }
    note = "Every value beside the median of its figure. Values of one colour are of one process; the band is the noise."
    spoken = "; ".join(f"{named(each)} {around(each)}" for each in told)
    return Chart("samples", "How much they scatter", note, f"Points: {spoken}", figure)


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


def charts(measurements: Iterable[Measurement]) -> list[Chart]:
    """The pictures of a run, those of nothing left out."""
    every = list(measurements)
    told = [each for each in every if each.name != LIMITS]
    return [chart for chart in (limit_bars(told), samples(told or every)) if chart]
