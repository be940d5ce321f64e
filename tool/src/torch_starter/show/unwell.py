"""What is not well, at length, for people: all places of one check or rule together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from torch_starter.core.report import Finding, Verdict
from torch_starter.show._words import LOUDEST, SIGNS, WELL, is_command

STYLES: dict[Verdict, str] = {
    "ok": "green",
    "warn": "yellow",
    "fail": "bold red",
    "crash": "bold red",
    "unknown": "magenta",
    "skip": "dim",
}
LOUD = ("fail", "crash")  # whose words are written large where signs cannot be
LONGEST = 1200  # characters of one thing that a program said


def show_unwell(findings: Sequence[Finding], out: Console, brief: int = 0) -> None:
    """What is not well, the worst last. Those of one id, title and verdict have one head; with `brief` at most so many of it."""
    families: dict[tuple[str, str, Verdict], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: -LOUDEST.index(finding.verdict)):
        if finding.verdict not in WELL:
            families.setdefault((finding.id, finding.title, finding.verdict), []).append(finding)
    for members in families.values():
        out.print()
        show_family(members[: brief or None], out)
        if brief and len(members) > brief:
            out.print(Text(f"         and {len(members) - brief} more: --only {members[0].group} --json has all", style="dim"))
    if families:
        out.print()


def show_family(members: Sequence[Finding], out: Console) -> None:
    """Findings with one id. What several have alike is said once: what is wanted at the first, what mends them at the last."""
    head = Table.grid(padding=(0, 1))
    head.add_column(width=len(sign(members[0].verdict, out)))
    head.add_column(overflow="fold")
    head.add_row(mark(members[0].verdict, out), Text.assemble((members[0].id, "bold"), f"  {members[0].title}"))
    out.print(head)
    wanted = ""
    for alike in together(members, lambda each: (each.wanted, each.remedy)):
        rows: list[tuple[str, str]] = []
        for same in together(alike, lambda each: (each.seen,)):
            rows += [("seen", same[0].seen), ("at", ", ".join(str(each.place) for each in same if each.place))]
        rows.append(("wanted", alike[0].wanted if alike[0].wanted != wanted else ""))
        wanted = alike[0].wanted
        if any(value for _, value in rows):
            out.print(in_columns(rows))
        show_remedy(alike[0].remedy, out)


def together(members: Iterable[Finding], words: Callable[[Finding], tuple[str, ...]]) -> list[list[Finding]]:
    """Those with the same words, by the first of them."""
    found: dict[tuple[str, ...], list[Finding]] = {}
    for each in members:
        found.setdefault(words(each), []).append(each)
    return list(found.values())


def show_remedy(remedy: str, out: Console) -> None:
    """What mends it. Commands are not wrapped, so that they can be copied."""
    if remedy and is_command(remedy):
        out.print(Text.assemble(("    mend ", "dim"), remedy), soft_wrap=True)
    elif remedy:
        out.print(in_columns([("mend", remedy)]))


def in_columns(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and what they stand for, whose lines are broken between words."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=8, justify="right", style="dim")
    grid.add_column(ratio=1, overflow="fold")
    for name, value in rows:
        if value:
            grid.add_row(name, escape(within(value.rstrip())))
    return grid


def within(words: str) -> str:
    """Of what fills more than a screen the beginning and the end: an error says at its end what it is."""
    if len(words) <= LONGEST:
        return words
    left_out = f"({len(words) - LONGEST} characters left out: --json has them)"
    return f"{words[: LONGEST // 2]} ...\n{left_out}\n... {words[-LONGEST // 2 :]}"


def sign(verdict: Verdict, out: Console) -> str:
    """The sign of a verdict; letters where the output cannot carry the sign."""
    if out.encoding.startswith("utf"):
        return SIGNS[verdict]
    return verdict.upper() if verdict in LOUD else verdict


def mark(verdict: Verdict, out: Console) -> Text:
    """The sign of a verdict in its colour."""
    return Text(sign(verdict, out), style=STYLES[verdict])
