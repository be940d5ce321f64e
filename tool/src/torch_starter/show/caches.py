"""Caches for people: a line each, or their parts where one is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from torch_starter.core.cached import Back, Cached, Hits, Part
from torch_starter.core.units import human_size
from torch_starter.show._words import plain

DAY = 86400.0
MINUTES = 120.0  # seconds, from which on minutes are told
MOST_PARTS = 20  # of a cache that is asked for
MOST_GOING = 8  # of a cache that is cleaned
LISTED, CLEANED = 24, 22  # columns of the name of a part: with them all others fit into 80


def show(caches: Sequence[Cached], out: Console, now: float) -> None:
    """The table; nothing where there are none. `now`: when they were looked at, in seconds since 1970."""
    if any(part.fate for each in caches for part in each.parts):
        show_fates(caches, out, now)
    elif any(each.opened for each in caches):
        show_parts(caches, out, now)
    elif caches:
        table = new_table("cache", "size", "files", "age", "used", "hits")
        for each in largest(caches):
            table.add_row(each.name, *figures(each, now), rate(each.hits), back(each.back))
        out.print(table)


def show_parts(caches: Sequence[Cached], out: Console, now: float) -> None:
    """Each cache with its parts, and where it is."""
    table = new_table("cache", "size", "files", "age", "used")
    for each in largest(caches):
        table.add_row(Text(each.name, style="bold"), *figures(each, now), back(each.back))
        for row in opened(each, now):
            table.add_row(*row)
    out.print(table)
    for each in caches:
        where = ", ".join(map(plain, each.paths))
        out.print(Text(f"{each.name} is in {where}" if where else f"{each.name} is kept by the container engine", style="dim"))
        if each.hits:
            runs = f"the last {each.hits.runs} runs of ours" if each.hits.runs > 1 else "the last run of ours"
            out.print(Text(f"{rate(each.hits)} of what {runs} wanted was in {each.name}", style="dim"))


def largest(caches: Sequence[Cached]) -> list[Cached]:
    return sorted(caches, key=lambda each: -each.size)


def figures(of: Cached | Part, now: float) -> tuple[str, ...]:
    """Size, files, age and last use."""
    return human_size(of.size), f"{of.files:,}", ago(now, of.made), ago(now, of.used)


def new_table(first: str, *others: str) -> Table:
    """With a left column and right ones."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column(first, no_wrap=True)
    for head in others:
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("to get it back", no_wrap=True)
    return table


def opened(cached: Cached, now: float) -> Iterator[tuple[Text | str, ...]]:
    """The parts of a cache, the largest first; of many the rest as one."""
    for part in cached.parts[:MOST_PARTS]:
        yield Text(f"  {short(part.name, LISTED)}", style="dim" if part.within else ""), *figures(part, now), back(part.back)
    if rest := cached.parts[MOST_PARTS:]:
        size, files = sum(part.size for part in rest), sum(part.files for part in rest)
        yield Text(f"  {len(rest)} more", style="dim"), human_size(size), f"{files:,}", "", "", ""


def show_fates(caches: Sequence[Cached], out: Console, now: float) -> None:
    """What goes, or has gone, a line a part; then what stays, a line a reason."""
    table = new_table("what", "size", "frees", "age", "used")
    for each in largest(caches):
        going = [part for part in each.parts if part.fate in ("goes", "gone")]
        if going:
            table.add_row(Text(each.name, style="bold"))
        for row in rows(going, now):
            table.add_row(*row)
    if table.row_count:
        out.print(table)
    lines = list(staying(caches))
    if lines:
        out.print(Text("stays", style="dim"))
    for line in lines:
        out.print(Padding(Text(line, style="dim"), (0, 0, 0, 2), expand=False))


def rows(going: Sequence[Part], now: float) -> Iterator[tuple[Text | str, ...]]:
    """The parts of one cache that go."""
    for part in going[:MOST_GOING]:
        cells = (human_size(part.size), human_size(part.frees), ago(now, part.made), ago(now, part.used), back(part.back))
        yield f"  {short(part.name, CLEANED)}", *cells
    if rest := going[MOST_GOING:]:
        size, frees = sum(part.size for part in rest), sum(part.frees for part in rest)
        yield Text(f"  {len(rest)} more", style="dim"), human_size(size), human_size(frees), "", "", ""


def staying(caches: Sequence[Cached]) -> Iterator[str]:
    """For each cache and reason how many parts stay, and how large they are."""
    by_reason: dict[tuple[str, str], list[Part]] = {}
    for each in caches:
        for part in each.parts:
            if part.fate == "stays" and not part.within:
                by_reason.setdefault((each.name, part.kept), []).append(part)
    for (cache, why), parts in by_reason.items():
        what = short(parts[0].name, LISTED) if len(parts) == 1 else f"{len(parts)} parts"
        yield f"{cache}: {what}, {human_size(sum(part.size for part in parts))}: {plain(why)}"


def short(name: str, columns: int) -> str:
    """A name that fits its column: its beginning and its end."""
    line = " ".join(plain(name).split())
    return line if len(line) <= columns else f"{line[: columns // 2 - 1]}…{line[-(columns // 2) :]}"


def ago(now: float, moment: float) -> str:
    """How long ago, in the largest unit of which there is one."""
    seconds = max(0.0, now - moment)
    if not moment:
        return "-"
    units = ((365 * DAY, "y"), (DAY, "d"), (3600.0, "h"), (60.0, "min"))
    return next((f"{seconds / size:.0f} {unit}" for size, unit in units if seconds >= size), "now")


def rate(hits: Hits | None) -> str:
    return f"{hits.rate:.0%}" if hits else "-"


def made(cost: Back) -> str:
    """How long it took to make it; of some of it that may be unknown."""
    took = f"{cost.seconds:.0f} s" if cost.seconds < MINUTES else f"{cost.seconds / 60:.0f} min"
    return f"{took} or more" if cost.partly else f"{took} to make"


def back(cost: Back) -> str:
    """What it costs to get it back, in a few words."""
    if cost.cost == "download":
        return f"{human_size(cost.bytes)} to fetch"
    if cost.cost == "build":
        return made(cost) if cost.seconds else "made anew"
    return "not to be had" if cost.cost == "lost" else "nothing"
