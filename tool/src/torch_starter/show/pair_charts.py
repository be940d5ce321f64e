"""Pairs of runs as pictures: each step time without and with a profile, and how many times as fast each pair was."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch_starter.core.proof import Gain, Pair, Proof, Sample
from torch_starter.core.tuning import Bound
from torch_starter.show._proof_words import BOUNDS, again, factor, interval, span, wins
from torch_starter.show.charts import AXIS, FRAME, LOWER, ROW, Chart, Json, layout, words

HEIGHT = 26  # pixels of a pair
AROUND = 74  # of what is above and below them
LEAST_SHARE = 0.005
PROVEN, UNPROVEN = "--c3", "--bar"
STILL: Json = {"type": "scatter", "hoverinfo": "skip"}


def pair_charts(proof: Proof) -> list[Chart]:
    """Two pictures side by side, a pair on the same height in both; none without pairs."""
    if not proof.pairs or proof.gain is None:
        return []
    colour = PROVEN if proof.members else UNPROVEN
    return [steps(proof.pairs, colour), ratios(proof.pairs, proof.gain, colour)]


def rows(pairs: Sequence[Pair]) -> tuple[list[int], Json]:
    """Heights of pairs, the first on top, and their axis."""
    at = [-place for place in range(1, len(pairs) + 1)]
    ticks: Json = {"tickvals": at, "ticktext": [str(-each) for each in at], "showgrid": False, "zeroline": False, "ticks": ""}
    return at, {**AXIS, "range": [-len(pairs) - 0.7, 0.3], **ticks}


def framed(pairs: Sequence[Pair], **more: object) -> Json:
    """What both pictures have in common."""
    return layout(HEIGHT * len(pairs) + AROUND, margin={"l": 30, "r": 12, "t": 30, "b": 36}, **more)


def steps(pairs: Sequence[Pair], colour: str) -> Chart:
    """What a step took: without the profile hollow, with it full, joined by a line."""
    at, axis = rows(pairs)
    unit, times = scale(max(pair.before.step for pair in pairs))
    firsts, seconds = [pair.before for pair in pairs], [pair.after for pair in pairs]
    before, after = [times * each.step for each in firsts], [times * each.step for each in seconds]
    lines = {
        **STILL,
        "mode": "lines",
        "x": [x for pair in zip(before, after, strict=True) for x in (*pair, None)],
        "y": [y for each in at for y in (each, each, None)],
        "line": {"color": "--band", "width": 6},
    }
    told = [[hover(name, each) for each in samples] for name, samples in (("without", firsts), ("with", seconds))]
    ends = [
        {**points(before, at, "--soft", "circle-open"), "hovertext": told[0]},
        {**points(after, at, colour, "circle"), "hovertext": told[1]},
    ]
    head: Json = {"yanchor": "bottom", "yref": "paper", "font": {"size": 12, "color": "--soft"}}
    titles = [words(before[0], 1, "without", xanchor="center", **head), words(after[0], 1, "with", xanchor="center", **head)]
    far = max([*before, *after])
    xaxis = {**AXIS, "range": [0, 1.06 * far], "ticksuffix": f" {unit}", "nticks": 6, "zeroline": True}
    figure: Json = {"data": [lines, *ends], "layout": framed(pairs, xaxis=xaxis, yaxis=axis, annotations=titles)}
    spoken = "; ".join(f"pair {n}: {span(p.before.step)} without, {span(p.after.step)} with" for n, p in enumerate(pairs, 1))
    note = "Each row is a pair of fresh runs, one right after the other."
    if colour == UNPROVEN:
        note += " With: what looked best in the search, and was not proven."
    return Chart("pairs", "What a step took", note, f"Pairs: {spoken}", figure)


def scale(seconds: float) -> tuple[str, float]:
    """A unit in which a time has a digit before the point, and how many there are in a second."""
    return next(((unit, times) for unit, times in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)) if seconds * times >= 1), ("µs", 1e6))


def points(xs: Sequence[float], ys: Sequence[int], colour: str, symbol: str) -> Json:
    marker = {"color": colour, "size": 11, "symbol": symbol, "line": {"width": 2, "color": colour}}
    return {"type": "scatter", "mode": "markers", "x": list(xs), "y": list(ys), "marker": marker, "hoverinfo": "text"}


def hover(which: str, run: Sample) -> str:
    """One run in words."""
    return f"{which} the profile: {span(run.step)}<br>others used {100 * run.others:.0f} % of the machine"


def ratios(pairs: Sequence[Pair], told: Gain, colour: str) -> Chart:
    """How many times as fast each pair was: the band holds the mean, the dotted lines one more pair."""
    values = [pair.before.step / pair.after.step for pair in pairs]
    at, axis = rows(pairs)
    low, high = ends(values, told)
    shapes = [
        *([band(max(low, told.low), min(high, told.high))] if told.low > 0 else []),
        line(told.value, colour, "solid"),
        *(line(end, "--soft", "dot") for end in (told.again_low, told.again_high) if low <= end <= high),
        line(1.0, "--soft", "solid"),
    ]
    marks = {**points(values, at, colour, "circle"), "hovertext": [f"pair {n}: {factor(v)}" for n, v in enumerate(values, 1)]}
    head: Json = {"yanchor": "bottom", "yref": "paper", "font": {"size": 13}}
    titles = [words(told.value, 1, f"<b>{factor(told.value)}</b>", xanchor="center", **head)]
    if (told.value - 1) / (high - low) > 0.2:
        titles.append(words(1, 1, "as it was", xanchor="center", **{**head, "font": {"size": 12, "color": "--soft"}}))
    xaxis = {**AXIS, "range": [low, high], "nticks": 6, "zeroline": False}
    figure: Json = {"data": [marks], "layout": framed(pairs, xaxis=xaxis, yaxis=axis, shapes=shapes, annotations=titles)}
    note = f"The band holds the mean: {interval(told)}, with 95 % confidence. Dotted: one more pair, {again(told)}."
    spoken = f"Ratios: {', '.join(factor(value) for value in values)}; mean {factor(told.value)}, {wins(values)} above 1"
    return Chart("gain", "How many times as fast", note, spoken, figure)


def ends(values: Sequence[float], found: Gain) -> tuple[float, float]:
    """From where to where the scale goes: 1 and all pairs are on it, a very wide interval is not."""
    near = (max(values) - min(1.0, *values)) * 0.4
    low = min(1.0, *values, max(found.again_low, min(values) - near))
    high = max(1.0, *values, min(found.again_high if math.isfinite(found.again_high) else 0.0, max(values) + near))
    wide = 0.06 * (high - low) or 0.1
    return low - wide, high + wide


def line(x: float, colour: str, dash: str) -> Json:
    """From the top to the bottom."""
    style = {"color": colour, "width": 1.5, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": style, "layer": "below"}


def band(low: float, high: float) -> Json:
    sides: Json = {"x0": low, "x1": high, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "rect", **sides, "fillcolor": "--band", "line": {"width": 0}, "layer": "below"}


def bound_bars(proof: Proof) -> Chart | None:
    """What a step is bound by, as bars of which the whole is a step."""
    told: list[tuple[Bound, float]] = [each for each in proof.bounds.items() if each[1] >= LEAST_SHARE]
    if not told:
        return None
    at = [LOWER - place - 1 for place in range(len(told))]
    bar: Json = {"type": "bar", "orientation": "h", "y": at, "width": 0.3, "hoverinfo": "skip"}
    above: Json = {"xref": "paper", "yanchor": "bottom", "yshift": 10, "font": {"size": 13}}
    labels = [
        words(x, place, text, xanchor=side, **above)
        for place, (name, part) in zip(at, told, strict=True)
        for x, text, side in ((0, BOUNDS.get(name, name), "left"), (1, f"{100 * part:.0f} %", "right"))
    ]
    hidden: Json = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": ""}
    figure: Json = {
        "data": [
            {**bar, "x": [100] * len(told), "marker": {"color": "--rail"}},
            {**bar, "x": [100 * part for _, part in told], "marker": {"color": "--bar"}},
        ],
        "layout": layout(
            round(ROW * len(told)) + FRAME,
            barmode="overlay",
            xaxis={**AXIS, "range": [0, 100], "ticksuffix": " %", "zeroline": False},
            yaxis={**AXIS, "range": [-len(told), 0], **hidden},
            annotations=labels,
        ),
    }
    spoken = "; ".join(f"{BOUNDS.get(name, name)} {100 * part:.0f} % of a step" for name, part in told)
    return Chart(
        "bounds", "What binds", "Shares of a step. What is done at the same time is counted in each.", f"Bars: {spoken}", figure
    )
