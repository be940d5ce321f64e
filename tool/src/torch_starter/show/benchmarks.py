"""What benchmarks measured, for people: a table of figures against their limits, and what they were in earlier runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from torch_starter.core.figures import label, parsed
from torch_starter.core.report import Limit, Measurement, Past
from torch_starter.show._words import THIN, against, number, plain, quantity

LIMITS = "limits"  # the benchmark whose figures others are held against
LENGTH = 10  # of a bar that is full
AROUND = 33  # columns of a line beside its label and its value: bar, percentage, noise and the spaces between
WIDEST = 24  # of a label
LATEST = 24  # runs of which a line of signs is drawn
SIMPLER = str.maketrans({THIN: " ", "≥": ">", "≤": "<", "±": "~", "µ": "u"})
LEAST_SPAN = 0.2  # of a value: what a line of signs is high at least
HEIGHTS, ASCII_HEIGHTS = "▁▂▃▄▅▆▇█", "_.-=+*#"


def lines(measurements: Sequence[Measurement], out: Console) -> Iterator[Text]:
    """A heading for each benchmark and a line for each figure; the limits themselves last, in short."""
    told = [each for each in measurements if each.name != LIMITS]
    width = min(max((len(label(each.params)) for each in told), default=0), WIDEST)
    values = min(max((len(value(each)) for each in told), default=0), out.width - width - AROUND)
    name = ""
    for each in told:
        if each.name != name:
            name = each.name
            yield heading(each)
        yield from (safe(line, out) for line in row(each, width, values, out))
    yield from (safe(line, out) for line in in_short([each for each in measurements if each.name == LIMITS]))
    if measurements:
        yield Text()
        yield from (safe(Text(words, style="dim"), out) for words in legend(measurements))


def legend(measurements: Sequence[Measurement]) -> Iterator[str]:
    """What the columns are."""
    yield "% of the limit, the median, ± how far two runs may differ by chance"
    signs = sorted({sign(each.better) for each in measurements if each.bounded}, reverse=True)
    if signs:
        words = {"≥": "≥ at least", "≤": "≤ at most"}
        yield f"{', '.join(words[each] for each in signs)}: others kept the machine busy, it is no more than a bound"


def heading(measurement: Measurement) -> Text:
    """The name, and what it is."""
    return Text.assemble((plain(measurement.name), "bold"), f"  {plain(measurement.title)}")


def row(measurement: Measurement, width: int, values: int, out: Console) -> Iterator[Text]:
    """What it was taken with, a bar, the percentage of the limit, the value, and how far two runs may differ by chance.

    Words for which there is no room have a line of their own.
    """
    share = measurement.share
    told = plain(label(measurement.params))
    if len(told) > width:
        yield Text(f"  {told}")
        told = ""
    found = Text.assemble(f"  {told:<{width}}  ", bar(share, out))
    found.append(f"{100 * share:5.0f} %  " if share is not None else " " * 9, style="bold")
    found.append(f"{value(measurement):<{values}}")
    found.append(f"  ± {noise(measurement)}" if noise(measurement) else "", style="dim")
    yield found


def bar(share: float | None, out: Console) -> Text:
    """A bar of which a part is full; spaces where there is no limit."""
    if share is None:
        return Text(" " * LENGTH)
    full, empty = ("█", "░") if out.encoding.startswith("utf") else ("#", ".")
    part = min(LENGTH, round(LENGTH * share))
    return Text.assemble((full * part, "cyan"), (empty * (LENGTH - part), "dim"))


def value(measurement: Measurement) -> str:
    """The median and its limit, of what is itself a limit the best; marked where it is a bound."""
    found = max(measurement.samples) if measurement.name == LIMITS else measurement.median
    told = held(found, measurement.limit, measurement.unit, measurement.better)
    return f"{sign(measurement.better)} {told}" if measurement.bounded else told


def held(value: float, limit: Limit | None, unit: str, better: str) -> str:
    """A value against its limit, which it cannot be above, or below where less is better."""
    if limit is None:
        return quantity(value, unit)
    if better == "lower":
        return f"{number(value)}, at best {quantity(limit.value, unit)}"
    return against(value, limit.value, unit)


def sign(better: str) -> str:
    """Of a bound: the machine can do at least so much, or needs at most so long."""
    return "≥" if better == "higher" else "≤"


def noise(measurement: Measurement) -> str:
    """By how much two halves of the processes differ, in percent; nothing where there are too few."""
    found = measurement.noise
    return percent(found) if math.isfinite(found) else ""


def percent(share: float) -> str:
    """Two digits of a share."""
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.1f} %"


def in_short(limits: Sequence[Measurement]) -> Iterator[Text]:
    """What other figures are held against: a line for all that differ by the number of threads alone."""
    kinds: dict[str, list[str]] = {}
    for each in limits:
        words = label({name: value for name, value in each.params.items() if name != "threads"})
        threads = {name: value for name, value in each.params.items() if name == "threads"}
        kinds.setdefault(words, []).append(": ".join(part for part in (label(threads), value(each)) if part))
    if limits:
        yield heading(limits[0])
    width = max(map(len, kinds), default=0)
    for words, values in kinds.items():
        yield Text(f"  {plain(words):<{width}}  {', '.join(values)}")


def history_lines(history: Iterable[Past], out: Console) -> Iterator[Text]:
    """What each figure was, run after run: a line of signs, the latest value, and between which it was."""
    figures = by_figure(history)
    width = min(max((len(label(parsed(key)[1])) for key in figures), default=0), WIDEST)
    runs = min(max(map(len, figures.values()), default=0), LATEST)
    name = ""
    for key, pasts in figures.items():
        benchmark, params = parsed(key)
        if benchmark != name:
            name = benchmark
            yield Text(plain(name), style="bold")
        told = plain(label(params))
        if len(told) > width:
            yield Text(f"  {told}")
            told = ""
        medians = [past.median for past in pasts]
        found = Text.assemble(f"  {told:<{width}}  ", (f"{sparks(medians[-LATEST:], out):<{runs}}", "cyan"))
        found.append(f"  {quantity(medians[-1], pasts[-1].unit)}", style="bold")
        found.append(f"  ({number(min(medians))} to {number(max(medians))})" if len(set(medians)) > 1 else "", style="dim")
        yield safe(found, out)


def by_figure(history: Iterable[Past]) -> dict[str, list[Past]]:
    """The runs of each figure, by its key, those of a benchmark together; what is itself a limit comes last."""
    figures: dict[str, list[Past]] = {}
    for past in history:
        figures.setdefault(past.figure, []).append(past)
    names = list(dict.fromkeys(parsed(key)[0] for key in figures))
    order = {name: (name == LIMITS, place) for place, name in enumerate(names)}
    return {key: figures[key] for key in sorted(figures, key=lambda key: order[parsed(key)[0]])}


def sparks(values: Sequence[float], out: Console) -> str:
    """Values as heights. What is less than a fifth of the value is not blown up to the whole height."""
    signs = HEIGHTS if out.encoding.startswith("utf") else ASCII_HEIGHTS
    low, high = min(values), max(values)
    middle, span = (low + high) / 2, max(high - low, LEAST_SPAN * abs(high)) or 1.0
    steps = len(signs) - 1
    return "".join(signs[min(steps, max(0, round(((each - middle) / span + 0.5) * steps)))] for each in values)


def safe(line: Text, out: Console) -> Text:
    """In signs that the output can carry."""
    if not out.encoding.startswith("utf"):
        line.plain = line.plain.translate(SIMPLER)  # sign for sign, so that the colours stay where they are
    return line


def counts(measurements: Iterable[Measurement]) -> str:
    """How many figures there are of how many benchmarks."""
    told = list(measurements)
    benchmarks = len({each.name for each in told})
    figures = f"{number(len(told))} figure{'' if len(told) == 1 else 's'}"
    return f"{figures} of {benchmarks} benchmark{'' if benchmarks == 1 else 's'}"
