"""Pictures of what benchmarks measured, as data for plotly.js. Colours are names of the page's style, such as "--bar"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch_starter.core.figures import label
from torch_starter.core.report import Measurement
from torch_starter.show._words import plain
from torch_starter.show.benchmarks import value

Json = dict[str, Any]

ROW = 40  # pixels of a bar with the words above it
LOWER = 0.35  # of a row that is below its bar
HEAD = 0.65  # of a row: room for the name of a benchmark above its figures
ABOVE = 0.55  # of a row, from the words of a figure to the name above them
FEW = 36  # signs of a name that a phone has room for
FRAME = 44  # of what is around all rows
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
    return escaped(", ".join(part for part in (measurement.name, label(measurement.params)) if part))


def escaped(words: str) -> str:
    """Words that are no markup to plotly.js."""
    return plain(words).replace("<", "&lt;")


def words(x: float, y: float, text: str, **more: Any) -> Json:
    """Words in a picture."""
    return {"x": x, "y": y, "text": text, "showarrow": False, **more}


def grouped(measurements: Iterable[Measurement]) -> dict[str, list[Measurement]]:
    """The figures of each benchmark, in the order in which they came."""
    groups: dict[str, list[Measurement]] = {}
    for each in measurements:
        groups.setdefault(each.name, []).append(each)
    return groups


@dataclass(frozen=True)
class Rows:
    """Where the figures of a picture lie, from the top down: those of a benchmark below its name. A row is 1 high."""

    measurements: Sequence[Measurement]
    at: Sequence[float]
    heads: dict[str, float]
    depth: float

    @property
    def height(self) -> int:
        """In pixels, with what is around all rows."""
        return round(ROW * self.depth) + FRAME

    @property
    def axis(self) -> Json:
        """Without marks of its own."""
        return {**AXIS, "range": [-self.depth, 0], "showgrid": False, "zeroline": False, "showticklabels": False, "ticks": ""}

    def words(self, told: Sequence[str], narrow: Sequence[str]) -> list[Json]:
        """Above each row its name on the left, its number on the right; in short where there is no room."""
        above: Json = {"xref": "paper", "yanchor": "bottom", "yshift": 10, "font": {"size": 13}}
        soft = {**above, "font": {"size": 12, "color": "--soft"}}
        found = [words(0, at, f"<b>{escaped(name)}</b>", xanchor="left", **above) for name, at in self.heads.items()]
        for at, measurement, number, short in zip(self.at, self.measurements, told, narrow, strict=True):
            name = escaped(label(measurement.params) or measurement.name)
            few = name if len(name) <= FEW else f"{name[: FEW - 1].rstrip(' ,')}…"
            found.append(words(0, at, name, narrow=few, xanchor="left", **above))
            found.append(words(1, at, number, narrow=short or number, xanchor="right", **soft))
        return found


def rows(measurements: Iterable[Measurement]) -> Rows:
    """Places for figures."""
    depth, told, at, heads = 0.0, [], [], {}
    for name, members in grouped(measurements).items():
        depth += HEAD
        heads[name] = LOWER - depth - 1 + ABOVE
        for each in members:
            depth += 1
            told.append(each)
            at.append(LOWER - depth)
    return Rows(told, at, heads, depth)


def limit_bars(measurements: Iterable[Measurement]) -> Chart | None:
    """Each figure that has a limit as a bar, all of which is the limit."""
    lying = rows(each for each in measurements if each.limit and each.share is not None)
    shown = lying.measurements
    if not shown:
        return None
    values = [100 * (each.share or 0.0) for each in shown]
    told = [f"{'≥ ' if each.bounded else ''}{value:.0f} %" for each, value in zip(shown, values, strict=True)]
    axis = {**AXIS, "range": [0, max(103.0, *(value * 1.03 for value in values))], "ticksuffix": " %", "zeroline": False}
    figure = {
        "data": bars(lying, values),
        "layout": layout(
            lying.height,
            barmode="overlay",
            xaxis=axis,
            yaxis=lying.axis,
            annotations=lying.words([of_limit(each) for each in shown], told),
        ),
    }
    spoken = "; ".join(f"{named(each)} {words}" for each, words in zip(shown, told, strict=True))
    note = "Paler bars: others kept the machine busy, it is no more than a bound." if any(e.bounded for e in shown) else ""
    return Chart("limits", "How near each figure comes to its limit", note, f"Bars: {spoken}", figure)


def bars(lying: Rows, values: Sequence[float]) -> list[Json]:
    """The whole of each limit, and on it how much of it was reached."""
    rail: Json = {"type": "bar", "orientation": "h", "x": [100] * len(values), "y": lying.at, "width": 0.3}
    opacity = [0.6 if each.bounded else 1 for each in lying.measurements]
    hover = [f"{named(each)}<br>{of_limit(each)}" for each in lying.measurements]
    full = {**rail, "x": values, "marker": {"color": "--bar", "opacity": opacity}, "hovertext": hover, "hoverinfo": "text"}
    return [{**rail, "marker": {"color": "--rail"}, "hoverinfo": "skip"}, full]


def of_limit(measurement: Measurement) -> str:
    """The value, its limit and the share of it."""
    share = measurement.share
    return value(measurement) if share is None else f"{value(measurement)}, <b>{100 * share:.0f} %</b>"
