"""Factors as pictures: how many times as fast each of several things is, with where it surely lies, around 1."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torch_starter.core.pairs import gain
from torch_starter.core.proof import Outcome, Proof, Tried
from torch_starter.show._proof_words import factor, interval, named, outcome, sorted_tried, wins
from torch_starter.show.charts import AXIS, FEW, FRAME, LOWER, Chart, Json, escaped, layout, words

ENOUGH = 3  # pairs from which on an interval says something
PITCH = 46  # pixels of a row with the words above it
WIDER = 1.25  # than the points: as far as an interval is drawn
LEAST, MOST = math.log(0.9), math.log(1.1)  # that are seen at least
TICKS = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.3,
    0.5,
    0.7,
    0.8,
    0.9,
    0.95,
    1,
    1.05,
    1.1,
    1.2,
    1.3,
    1.5,
    2,
    3,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
)
APART = 0.09  # of the whole: words of two ticks that are nearer lie on each other
COLOURS: dict[Outcome, str] = {"kept": "--c3", "needless": "--bar", "slower": "--soft"}
OTHER = "--c2"  # of what went wrong


@dataclass(frozen=True)
class Row:
    """A thing: how many times as fast it is, from where to where, and the single ratios that say so."""

    name: str
    value: float
    low: float
    high: float
    told: str
    short: str
    colour: str
    points: Sequence[float] = ()


def worth(proof: Proof) -> Chart | None:
    """What each member of a profile makes of the others, with its interval."""
    told = [each for each in proof.members if each.gain is not None]
    rows = [
        Row(
            named(each.setting, each.label),
            each.gain.value,
            each.gain.low,
            each.gain.high,
            f"{factor(each.gain.value)} ({interval(each.gain)})",
            factor(each.gain.value),
            COLOURS["kept"],
        )
        for each in told
        if each.gain is not None
    ]
    note = "How many times as fast each member makes the others, and where that lies with 95 % confidence."
    return forest("worth", "What each is worth", note, rows) if len(rows) > 1 else None


def tried(proof: Proof) -> Chart | None:
    """All values that were measured, beside the baseline: each pair as a dot, and where their mean lies."""
    rows = [row_of(each) for each in sorted_tried(proof.tried) if each.ratios and min(each.ratios) > 0]
    return forest("tried", "What was tried", legend(rows), sorted(rows, key=lambda row: -row.value)) if rows else None


def legend(rows: Sequence[Row]) -> str:
    """What is to be seen, of colours those that there are."""
    colours = {
        COLOURS["kept"]: "Green: in the profile.",
        COLOURS["needless"]: "Blue: fast, but needless beside the others.",
        OTHER: "Orange: it went wrong.",
    }
    used = {row.colour for row in rows}
    told = [words for colour, words in colours.items() if colour in used]
    first = "Dots are pairs of runs beside the baseline, the larger mark is their mean; lines are intervals of 95 %"
    return " ".join([f"{first} where there are {ENOUGH} pairs or more.", *told])


def row_of(each: Tried) -> Row:
    """A value of a setting that was tried."""
    found, told = gain(each.ratios), outcome(each)
    sure = (found.low, found.high) if len(each.ratios) >= ENOUGH else (found.value, found.value)
    colour = COLOURS.get(each.outcome, OTHER)
    words = f"{factor(found.value)}, {wins(each.ratios)}, {told}"
    return Row(named(each.setting, each.label), found.value, *sure, words, f"{factor(found.value)}, {told}", colour, each.ratios)


def forest(id: str, title: str, note: str, rows: Sequence[Row]) -> Chart:
    """Things below each other, on a scale on which twice and half are as far from 1."""
    at = [LOWER - place - 1 for place in range(len(rows))]
    low, high = reach(rows)
    ticks = marks(low, high)
    axis: Json = {
        **AXIS,
        "range": [low, high],
        "tickvals": [math.log(tick) for tick in ticks],
        "ticktext": [f"{tick:g}" for tick in ticks],
        "zeroline": True,
        "zerolinecolor": "--soft",
    }
    hidden: Json = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": ""}
    figure: Json = {
        "data": [trace for row, place in zip(rows, at, strict=True) for trace in traces(row, place, low, high)],
        "layout": layout(
            PITCH * len(rows) + FRAME,
            xaxis=axis,
            yaxis={**AXIS, "range": [-len(rows), 0], **hidden},
            shapes=[rail(place) for place in at],
            annotations=[each for row, place in zip(rows, at, strict=True) for each in labels(row, place)],
        ),
    }
    spoken = "; ".join(f"{row.name} {row.told}" for row in rows)
    return Chart(id, title, note, f"Factors: {spoken}", figure)


def rail(at: float) -> Json:
    """What the marks of a row lie on."""
    ends: Json = {"x0": 0, "x1": 1, "xref": "paper", "y0": at, "y1": at}
    return {"type": "line", **ends, "line": {"color": "--rail", "width": 8}, "layer": "below"}


def reach(rows: Sequence[Row]) -> tuple[float, float]:
    """From where to where the scale goes, as logarithms: all points are on it, very wide intervals are cut."""
    points = [math.log(value) for row in rows for value in (row.value, *row.points)]
    low, high = min(LEAST, *points), max(MOST, *points)
    wide = (high - low) * (WIDER - 1)
    ends = [math.log(end) for row in rows for end in (row.low, row.high) if 0 < end < math.inf]
    low, high = (max(min([low, *ends]), low - wide), min(max([high, *ends]), high + wide))
    return low - 0.04 * (high - low), high + 0.04 * (high - low)


def marks(low: float, high: float) -> list[float]:
    """Round factors on a scale, none on another's words; 1 is always there."""
    found = [1.0]
    for tick in sorted(TICKS, key=lambda tick: (abs(math.log(tick)) > math.log(1.5), -abs(math.log(tick)))):
        place = math.log(tick)
        if low <= place <= high and all(abs(place - math.log(other)) > APART * (high - low) for other in found):
            found.append(tick)
    return sorted(found)


def traces(row: Row, at: float, low: float, high: float) -> Iterable[Json]:
    """The interval as a line, the single ratios as pale dots, and the mean."""
    ends = [max(low, math.log(row.low) if row.low > 0 else low), min(high, math.log(row.high))]
    hover = f"{escaped(row.name)}<br>{escaped(row.told)}"
    still: Json = {"type": "scatter", "hoverinfo": "skip"}
    if ends[1] > ends[0]:
        yield {**still, "mode": "lines", "x": ends, "y": [at, at], "line": {"color": row.colour, "width": 2}}
    if len(row.points) > 1:
        points = [round(math.log(each), 5) for each in row.points]
        marker = {"color": row.colour, "size": 7, "opacity": 0.45}
        yield {**still, "mode": "markers", "x": points, "y": [at] * len(points), "marker": marker}
    marker = {"color": row.colour, "size": 11, "symbol": "diamond" if len(row.points) != 1 else "diamond-open"}
    shown: Json = {"type": "scatter", "mode": "markers", "hovertext": [hover], "hoverinfo": "text"}
    yield {**shown, "x": [math.log(row.value)], "y": [at], "marker": marker}


def labels(row: Row, at: float) -> list[Json]:
    """Above a row its name on the left, what it says on the right; in short where there is no room."""
    above: Json = {"xref": "paper", "yanchor": "bottom", "yshift": 8, "bgcolor": "--paper", "borderpad": 0, "font": {"size": 13}}
    soft = {**above, "font": {"size": 12, "color": "--soft"}}
    name = escaped(row.name)
    few = name if len(name) <= FEW - 10 else f"{name[: FEW - 11].rstrip(' ,')}…"
    return [
        words(0, at, name, narrow=few, xanchor="left", **above),
        words(1, at, escaped(row.told), narrow=escaped(row.short), xanchor="right", **soft),
    ]
