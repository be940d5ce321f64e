"""Measurements for people: a line each, drawn against its limit."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from torch_starter.core.report import Measurement
from torch_starter.show._words import THIN, against, between, plain, quantity

SMALLEST = 1e-9  # share of a value that still is a limit
LENGTH = 14  # of a bar that is full
NEAR, OVER = 0.75, 0.9  # of a limit to which one should not come


def lines(measurements: Iterable[Measurement], out: Console) -> Iterator[Text]:
    """A heading for all that have the same parameters, then a line each."""
    of = None
    told = list(measurements)
    width = max((len(each.name) for each in told), default=0)
    for each in told:
        if each.params != of:
            of = each.params
            if of:
                yield Text(plain(", ".join(f"{name} {value}" for name, value in of.items())), style="bold")
        told_so = line(each, width, out)
        yield told_so if out.encoding.startswith("utf") else in_ascii(told_so)


def in_ascii(line: Text) -> Text:
    """Without the narrow space that parts thousands."""
    line.plain = line.plain.replace(THIN, " ")
    return line


def line(measurement: Measurement, width: int, out: Console) -> Text:
    """Name, bar, percentage of the limit, value and range."""
    value = statistics.median(measurement.samples)
    limit = measurement.limit
    share = value / limit.value if limit and limit.value > value * SMALLEST else None
    found = Text.assemble(f"  {measurement.name:<{width}}  ", bar(share, out, style(measurement, share)))
    found.append(f"{100 * share:4.0f} %  " if share is not None else " " * 8)
    unit = measurement.unit
    found.append(against(value, limit.value, unit) if limit else quantity(value, unit))
    found.append(spread(measurement), style="dim")
    return found


def spread(measurement: Measurement) -> str:
    """From which to which its samples are; of what goes on the most that there was."""
    low, high = min(measurement.samples), max(measurement.samples)
    if low == high:
        return ""
    most = quantity(high, measurement.unit)
    return f", at most {most}" if measurement.every else f" ({between(low, high, measurement.unit)})"


def bar(share: float | None, out: Console, colour: str) -> Text:
    """A bar of which a part is full; spaces where there is no limit."""
    if share is None:
        return Text(" " * LENGTH)
    full, empty = ("█", "░") if out.encoding.startswith("utf") else ("#", ".")
    part = min(LENGTH, round(LENGTH * share))
    return Text.assemble((full * part, colour), (empty * (LENGTH - part), "dim"))


def style(measurement: Measurement, share: float | None) -> str:
    """The colour of a bar: red near a limit that is not to be reached."""
    if measurement.better == "higher" or share is None or share < NEAR:
        return "green" if measurement.better == "lower" else "cyan"
    return "red" if share > OVER else "yellow"
