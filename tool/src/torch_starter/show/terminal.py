"""An answer for people: at most 80 columns where the terminal has them, colour only on a terminal, NO_COLOR obeyed."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable
from typing import IO

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from torch_starter.core.report import Change, Finding, Report, Verdict

MARKS: dict[Verdict, tuple[str, str, str]] = {  # on a UTF-8 terminal, elsewhere, and the colour
    "ok": ("✓", "ok", "green"),
    "warn": ("!", "warn", "yellow"),
    "fail": ("✗", "FAIL", "bold red"),
    "crash": ("✗", "CRASH", "bold red"),
    "unknown": ("?", "unknown", "magenta"),
    "skip": ("-", "skip", "dim"),
}
LOUDEST: tuple[Verdict, ...] = ("crash", "fail", "unknown", "warn", "ok", "skip")
CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b.?|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
CLOSING = {
    "ok": "all is well",
    "warn": "it works; see the warnings",
    "fail": "something is wrong: the lines marked {mark} say what mends it",
    "unknown": "some things could not be looked at",
    "error": "stopped",
}


def console(stream: IO[str], width: int | None = None) -> Console:
    """A console for a stream; at most 100 columns, 80 where the width is not known."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # a sign that the output cannot carry stops nothing
    wide = Console(file=stream, highlight=False, soft_wrap=False)
    return Console(file=stream, highlight=False, emoji=False, width=width or (min(wide.width, 100) if stream.isatty() else 80))


def show(report: Report, out: Console) -> None:
    """Print a report."""
    if report.findings:
        show_findings(report.findings, out)
    if report.changes:
        show_changes(report.changes, out)
    for note in report.notes:
        out.print(escape(note), soft_wrap=not out.is_terminal)
    if report.stop:
        out.print(Text.assemble(("stopped: ", "bold red"), report.stop.message))
        if report.stop.remedy:
            out.print(Text.assemble(("what to do: ", "bold"), report.stop.remedy), soft_wrap=True)
    elif report.findings:
        out.print(closing(report, out))


def show_findings(findings: Iterable[Finding], out: Console) -> None:
    """One line a group; what is not well at length below its group."""
    groups: dict[str, list[Finding]] = {}
    for finding in (plain(each, out.encoding) for each in findings):
        groups.setdefault(finding.group, []).append(finding)
    width = max(map(len, groups))
    for group, members in groups.items():
        verdicts = {finding.verdict for finding in members}
        loudest = next(verdict for verdict in LOUDEST if verdict in verdicts)
        line = Text.assemble(mark(loudest, out), f" {group:{width}}  ", summary(members))
        line.truncate(out.width, overflow="ellipsis")
        out.print(line)
        for finding in members:
            if finding.verdict not in ("ok", "skip"):
                show_finding(finding, out)


def plain(finding: Finding, encoding: str) -> Finding:
    """A finding without the control codes that a program may have put into its words, and in signs that the output can carry.

    What cannot be carried is replaced before lines are broken: a sign without width becomes one with.
    """
    names = ("id", "title", "seen", "wanted", "remedy")
    words = {name: CONTROL.sub("", getattr(finding, name)).encode(encoding, "replace").decode(encoding) for name in names}
    return msgspec.structs.replace(finding, **words)


def summary(members: list[Finding]) -> str:
    """What a group's line says: the names of what is well, or why nothing of it applies."""
    well = [finding.id.removeprefix(f"{finding.group}.") for finding in members if finding.verdict == "ok"]
    skipped = [finding for finding in members if finding.verdict == "skip"]
    if not well:
        return f"{len(skipped)} skipped: {skipped[0].seen}" if skipped else ""
    counts = f"{len(well)} ok" + (f", {len(skipped)} skipped" if skipped else "")
    return f"{counts}: {', '.join(well)}"


def show_finding(finding: Finding, out: Console) -> None:
    """A finding that is not well, with what mends it. Commands are not wrapped, so that they can be copied."""
    out.print(Text.assemble("  ", mark(finding.verdict, out), (f" {finding.id}", "bold"), f"  {finding.title}"))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=8, justify="right", style="dim")
    grid.add_column(ratio=1)
    rows = [("seen", finding.seen), ("wanted", finding.wanted), ("at", str(finding.place or ""))]
    for name, value in rows:
        if value:
            grid.add_row(name, escape(value))
    if grid.row_count:
        out.print(grid)
    if finding.remedy:
        out.print(Text.assemble(("    mend ", "dim"), finding.remedy), soft_wrap=True)


def show_changes(changes: Iterable[Change], out: Console) -> None:
    """What was, or would be, made different."""
    grid = Table.grid(padding=(0, 2))
    for change in changes:
        arrow = "->" if change.was else ""
        grid.add_row(escape(change.name), escape(change.was), arrow, escape(change.now), Text(change.why, style="dim"))
    out.print(grid)


def closing(report: Report, out: Console) -> Text:
    """The last line: how many of what, and what it means."""
    counts = Counter(finding.verdict for finding in report.findings)
    told = ", ".join(
        f"{counts[verdict]} {'skipped' if verdict == 'skip' else verdict}" for verdict in reversed(LOUDEST) if counts[verdict]
    )
    words = CLOSING[report.status].format(mark=mark("fail", out).plain)
    style = {"ok": "green", "warn": "yellow"}.get(report.status, "bold red")
    return Text.assemble((f"{told}", "bold"), f" in {report.seconds:.1f} s: ", (words, style))


def mark(verdict: Verdict, out: Console) -> Text:
    """The sign of a verdict; letters where the output cannot carry the sign."""
    sign, word, style = MARKS[verdict]
    return Text(sign if out.encoding.startswith("utf") else word, style=style)
