"""What figures were over time, as pictures: one for each figure that was measured more than once."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from torch_starter.core.figures import label, parsed
from torch_starter.core.report import Measurement, Past
from torch_starter.core.statistics import interval
from torch_starter.show._words import plain, quantity
from torch_starter.show.benchmarks import by_figure
from torch_starter.show.charts import AXIS, Chart, Json, layout

HEIGHT = 170
LEAST_SPAN = 0.2  # of a value: what a picture shows at least from its bottom to its top


def now(measurement: Measurement, at: str) -> Past:
    """A figure of this run, beside those of earlier ones."""
    found = interval(measurement.by_process)
    return Past(at, "", measurement.key, measurement.unit, found.value, found.low, found.high, measurement.bounded)


def more_than_once(history: Iterable[Past], wanted: Container[str] | None = None) -> dict[str, list[Past]]:
    """The runs of each figure that has at least two: of those that are wanted, or of all."""
    every = by_figure(history)
    return {key: pasts for key, pasts in every.items() if len(pasts) > 1 and (wanted is None or key in wanted)}


def past_charts(figures: Mapping[str, Sequence[Past]]) -> list[Chart]:
    """One for each figure."""
    return [chart(f"past-{place}", key, pasts) for place, (key, pasts) in enumerate(figures.items())]


def runs(figures: Mapping[str, Sequence[Past]]) -> str:
    """How many figures there are, and of how many runs."""
    lengths = sorted({len(pasts) for pasts in figures.values()})
    words = " to ".join(str(length) for length in dict.fromkeys([*lengths[:1], *lengths[-1:]]))
    return f"{len(figures)} figure{'' if len(figures) == 1 else 's'}, {words} runs"


def chart(id: str, key: str, pasts: Sequence[Past]) -> Chart:
    """The medians as a line, their intervals as a band; hollow points are bounds."""
    name, params = parsed(key)
    xs, unit = list(range(1, len(pasts) + 1)), pasts[-1].unit
    lows, highs = [each.low for each in pasts], [each.high for each in pasts]
    edge: Json = {"type": "scatter", "mode": "lines", "x": xs, "line": {"width": 0}, "hoverinfo": "skip"}
    band = {**edge, "y": highs, "fill": "tonexty", "fillcolor": "--band"}
    course = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": xs,
        "y": [each.median for each in pasts],
        "line": {"color": "--bar", "width": 2},
        "marker": {"color": "--bar", "size": 7, "symbol": ["circle-open" if each.bounded else "circle" for each in pasts]},
        "hovertext": [hover(each) for each in pasts],
        "hoverinfo": "text",
    }
    ticks = {**AXIS, "tickvals": [xs[0], xs[-1]], "ticktext": ends(pasts[0].at, pasts[-1].at), "showgrid": False}
    figure = {
        "data": [{**edge, "y": lows}, band, course],
        "layout": layout(
            HEIGHT,
            margin={"l": 44, "r": 24, "t": 6, "b": 26},
            xaxis={**ticks, "range": [xs[0] - 0.3, xs[-1] + 0.3]},
            yaxis={**AXIS, "nticks": 4, "range": span(lows, highs)},
        ),
    }
    words = ", ".join(part for part in (name, label(params)) if part)
    latest = quantity(pasts[-1].median, unit)
    note = f"{latest}, {len(pasts)} runs"
    return Chart(id, plain(words), note, f"{plain(words)}: {latest} in the latest of {len(pasts)} runs", figure)


def ends(first: str, last: str) -> list[str]:
    """The days of the first and the last; the hours where it is one day."""
    part = slice(11, 16) if first[:10] == last[:10] else slice(0, 10)
    return [first[part], last[part]]


def hover(past: Past) -> str:
    """One run in words."""
    run = f"{plain(past.run)}, ".replace("<", "&lt;") if past.run else ""
    return f"{run}{past.at[:16].replace('T', ' ')}<br>{'a bound: ' if past.bounded else ''}{quantity(past.median, past.unit)}"


def span(lows: Sequence[float], highs: Sequence[float]) -> list[float]:
    """From where to where a picture goes: small changes are not blown up."""
    low, high = min(lows), max(highs)
    half = 0.55 * max(high - low, LEAST_SPAN * abs(high)) or 1.0
    return [(low + high) / 2 - half, (low + high) / 2 + half]
