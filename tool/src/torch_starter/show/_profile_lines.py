"""What the terminal's two looks of a profile share: what is advised, tables side by side, and that all of it fits a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.console import Console
from rich.text import Text

from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding, Report
from torch_starter.show._fit import cut, wrapped
from torch_starter.show._profile_words import bare_path, gain, place, within
from torch_starter.show._words import plain, plain_finding
from torch_starter.show.benchmarks import safe
from torch_starter.show.unwell import mark

MOST_LINES = 30  # with the last one, which says what it means
INDENT = 9  # of the words of a finding
PLACE = 30  # columns of a place
SEEN = 8  # lines of what was seen, where that is all that a finding says
ALL = "--html FILE"  # has what is left out


@dataclass(frozen=True)
class Tier:
    """How much is told: how many findings, of how many of them what was seen, and how many rows a table has."""

    findings: int
    seen: int
    rows: int


TIERS = tuple(
    Tier(*each) for each in ((5, 5, 5), (5, 3, 4), (4, 4, 3), (4, 2, 3), (4, 1, 3), (4, 1, 2), (3, 1, 2), (2, 1, 2), (1, 1, 1))
)


def show(report: Report, out: Console, lines: Callable[[Tier], Iterable[Text]]) -> None:
    """Print as much as there is room for."""
    room = MOST_LINES - sum(len(note.splitlines()) for note in report.notes) - last(report, out)
    for tier in TIERS:
        told = list(lines(tier))
        if len(told) <= room:
            break
    for line in told:
        out.print(cut(carried(safe(line, out), out), out))


def carried(line: Text, out: Console) -> Text:
    """In signs that the output can carry, each as wide as it will be."""
    line.plain = line.plain.encode(out.encoding, "replace").decode(out.encoding)  # sign for sign
    return line


def last(report: Report, out: Console) -> int:
    """How many lines there are below: what it means, or what stopped it."""
    told = [f"stopped: {report.stop.message}", f"what to do: {report.stop.remedy}"] if report.stop else [report.conclusion]
    return sum(1 + len(line) // out.width for words in told for line in words.splitlines() or [""])


def heading(words: str, more: str = "") -> Text:
    """What the next lines are of."""
    return Text.assemble((words, "bold"), (f"  {more}" if more else "", "dim"))


def findings(found: Sequence[Finding], what: str, tier: Tier, root: str, out: Console) -> Iterator[Text]:
    """Each with its gain, its place and its edit; how many there are more."""
    if not found:
        return
    gains = any(each.gain is not None for each in found)
    yield heading("what to change" if gains else "what was found", what if gains else "")
    for number, each in enumerate(found[: tier.findings]):
        yield from finding(plain_finding(each, out.encoding), number < tier.seen, root, out)
    if len(found) > tier.findings:
        yield Text(f"  and {len(found) - tier.findings} more: {ALL}", style="dim")


def finding(each: Finding, with_seen: bool, root: str, out: Console) -> Iterator[Text]:
    """One of them. Its place is behind its title or, where there is no room, before the next words."""
    sign = Text(f"{gain(each):>7}", style="bold green") if each.gain is not None else Text("      ") + mark(each.verdict, out)
    at = within(place(each.place, root), PLACE, dots(out))
    title = Text(" ".join(each.title.split()), style="bold")
    beside = at if INDENT + title.cell_len + 2 + len(at) <= out.width else ""
    yield Text.assemble(sign, "  ", cut_to(title, out.width - INDENT, out), f"  {beside}" if beside else "")
    below = f"{at}  " if at and not beside else ""
    if each.gain is None:
        for line in each.seen.splitlines()[:SEEN]:
            yield from wrapped(Text(" " * INDENT + line), out, INDENT + 4)
    elif with_seen and each.seen:
        yield Text.assemble(" " * INDENT, below, (" ".join(each.seen.split()), "dim"))
        below = ""
    if each.remedy or below:
        yield from wrapped(Text(f"{'':{INDENT}}{below}{' '.join(each.remedy.split())}"), out, INDENT)


def cut_to(line: Text, room: int, out: Console) -> Text:
    """A line for which there is so much room."""
    if line.cell_len > room:
        line.truncate(room - len(dots(out)), overflow="crop")
        line.append(dots(out))
    return line


def dots(out: Console) -> str:
    """What stands for words that are left out."""
    return "…" if out.encoding.startswith("utf") else "..."


@dataclass(frozen=True)
class Column:
    """A small table: what it is of, and its rows, each a name and a figure."""

    title: str
    more: str
    rows: Sequence[tuple[str, str]]
    paths: bool = False


def side_by_side(columns: Sequence[Column], most: int, out: Console) -> Iterator[Text]:
    """Two small tables beside each other, or one alone."""
    told = [each for each in columns if each.rows]
    if not told:
        return
    room = (out.width - 2 * (len(told) - 1)) // len(told)
    parts = [list(column(each, most, room, out)) for each in told]
    for row in zip_longest(*parts, fillvalue=Text()):
        line = Text()
        for number, part in enumerate(row):
            line.append_text(part)
            if number < len(row) - 1:
                line.append(" " * (room + 2 - part.cell_len))
        yield line


def column(table: Column, most: int, room: int, out: Console) -> Iterator[Text]:
    """One of them, no wider than there is room."""
    yield cut_to(heading(table.title, table.more), room, out)
    rows = table.rows[:most]
    figures = max(len(figure) for _, figure in rows)
    names = room - figures - 4
    width = min(names, max(len(plain(name)) for name, _ in rows))
    for name, figure in rows:
        words = within(plain(name), names, dots(out)) if table.paths else plain(name)
        told = cut_to(Text(words), names, out)
        yield Text.assemble("  ", told, " " * max(0, width - told.cell_len), "  ", (f"{figure:>{figures}}", "bold"))


def folder(profile: Profile, out: Console) -> Iterator[Text]:
    """Where the files are that other programs read: a line of its own, so that it can be copied."""
    if profile.files and profile.folder:
        yield Text(f"  {within(bare_path(profile.folder, profile.root), out.width - 2, dots(out))}")


def facts(rows: Iterable[tuple[str, str]], out: Console) -> Iterator[Text]:
    """Names and what there is to say of them."""
    told = [(name, " ".join(plain(words).split())) for name, words in rows if words]
    width = max((len(name) for name, _ in told), default=0)
    for name, words in told:
        yield from wrapped(Text.assemble((f"{name:<{width}}  ", "dim"), words), out, width + 2)
