"""Caches for people: a line each, or their parts where one is asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from torch_starter.core.cached import Back, Cached, Hits
from torch_starter.core.units import human_size

DAY = 86400.0


def show(caches: Sequence[Cached], out: Console) -> None:
    """The table."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for head, kind in (("cache", "left"), ("size", "right"), ("files", "right"), ("age", "right"), ("used", "right")):
        table.add_column(head, justify=kind, no_wrap=True)
    table.add_column("hits", justify="right", no_wrap=True)
    table.add_column("to get it back", overflow="fold")
    now = time.time()
    for each in sorted(caches, key=lambda each: -each.size):
        age, used = ago(now, each.made), ago(now, each.used)
        table.add_row(each.name, human_size(each.size), f"{each.files:,}", age, used, rate(each.hits), back(each.back))
        for line in below(each):
            table.add_row(Text(f"  {line}", style="dim"))
    out.print(table)


def below(cached: Cached) -> Iterator[str]:
    """What is to be said of one besides."""
    if cached.problem:
        yield cached.problem


def ago(now: float, moment: float) -> str:
    """How long ago, in the largest unit of which there is one."""
    seconds = max(0.0, now - moment)
    if not moment:
        return "-"
    units = ((365 * DAY, "y"), (DAY, "d"), (3600.0, "h"), (60.0, "min"))
    return next((f"{seconds / size:.0f} {unit}" for size, unit in units if seconds >= size), "now")


def rate(hits: Hits | None) -> str:
    return f"{hits.rate:.0%}" if hits else "-"


def back(cost: Back) -> str:
    """What it costs to get it back, in a few words."""
    if cost.cost == "download":
        return f"{human_size(cost.bytes)} to fetch"
    if cost.cost == "build":
        return f"{cost.seconds:.0f} s to make" if cost.seconds else "made anew"
    return "cannot be had again" if cost.cost == "lost" else "nothing"
