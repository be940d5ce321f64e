"""An answer for people: at most 80 columns where the terminal has them, colour only on a terminal, NO_COLOR obeyed.

First a line a group, then why things were skipped, then what is not well, the worst last: a person reads the last screen.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from torch_starter.core.files import DiskProblem
from torch_starter.core.report import Change, Entry, Finding, Report
from torch_starter.show import benchmarks, caches, memory, optimize, profile
from torch_starter.show._fit import cut
from torch_starter.show._profile_words import concluded, many
from torch_starter.show._words import advised, by_group, counted, is_command, loudest, plain, plain_finding, short_id
from torch_starter.show.measurements import lines as measurement_lines
from torch_starter.show.unwell import mark, show_unwell, sign

NAMED = 2  # things that are named where several were skipped for one reason
CLOSING = {
    "ok": "all is well",
    "warn": "it works; see the warnings",
    "fail": "something is wrong: the lines marked {mark} say what mends it",
    "unknown": "some things could not be looked at",
    "error": "stopped",
}


class Output(Console):
    """One whose reader may go away, such as `head`: the exit code says the same as without."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        write_nowhere()


def write_nowhere() -> None:
    """What is not yet written to stdout is for nobody."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def give_up(error: OSError) -> int:
    """The exit code where an answer cannot be written, which is said where that can be."""
    write_nowhere()
    if isinstance(error, BrokenPipeError):
        return 128 + signal.SIGPIPE
    problem = DiskProblem("output.write", f"the answer cannot be written: {error.strerror or error}", "write it to another place")
    with contextlib.suppress(OSError):
        print(f"stopped: {problem.message}\nwhat to do: {problem.remedy}", file=sys.stderr)
    return problem.exit_code


def console(stream: IO[str], width: int | None = None) -> Console:
    """A console for a stream; at most 100 columns, 80 where the width is not known."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # a sign that the output cannot carry stops nothing
        if stream in (sys.stdout, sys.stderr) and os.environ.get("LC_ALL") in ("C", "POSIX"):
            stream.reconfigure(encoding="ascii", errors="replace")  # Python would write UTF-8 to a user who asks for ASCII
    wide = Console(file=stream, highlight=False, soft_wrap=False)
    return Output(file=stream, highlight=False, emoji=False, width=width or (min(wide.width, 100) if stream.isatty() else 80))


def show(report: Report, out: Console) -> None:
    """Print a report."""
    for line in measured(report, out):
        out.print(cut(line, out))
    show_entries(report.entries, out)
    show_found(report, out)
    if report.proof is not None:
        optimize.show(report.proof, out)
    caches.show(report.caches, out, report.began)
    show_changes(untold(report), out)
    for note in report.notes:
        show_note(plain(note), out)
    if report.stop:
        out.print(Text.assemble(("stopped: ", "bold red"), plain(report.stop.message)))
        if remedy := plain(report.stop.remedy):
            out.print(Text.assemble(("what to do: ", "bold"), remedy), soft_wrap=is_command(remedy))
    elif report.findings or report.conclusion or report.profile is not None:
        out.print(closing(report, out))


def show_found(report: Report, out: Console) -> None:
    """The findings; with a profile, as it has them."""
    if report.profile is not None:
        (memory if report.profile.of == "memory" else profile).show(report, report.profile, out)
    elif report.findings:
        show_findings([plain_finding(finding, out.encoding) for finding in report.findings], out, report.spoken, report.brief)


def measured(report: Report, out: Console) -> Iterator[Text]:
    """What was measured, and where it was not now, what was measured before."""
    of_benchmarks = [each for each in report.measurements if each.processes]
    if report.measured and of_benchmarks:
        yield from benchmarks.lines(of_benchmarks, out)
    elif report.measured:
        yield from measurement_lines(report.measurements, out)
    else:
        yield from benchmarks.history_lines(report.history, out)


def show_entries(entries: Iterable[Entry], out: Console) -> None:
    """A heading and a paragraph for each."""
    for entry in entries:
        mark = f"  ({entry.mark})" if entry.mark else ""
        out.print(Text.assemble((entry.name, "bold"), f"  {entry.title}", (mark, "dim")))
        out.print(Padding(Text(entry.about, style="dim"), (0, 0, 0, 2)))


def show_note(note: str, out: Console) -> None:
    """A sentence; or lines that are shown as they are, those of a difference in colours."""
    if "\n" not in note:
        out.print(escape(note), soft_wrap=not out.is_terminal)
        return
    colours = {"+": "green", "-": "red", "@": "cyan"} if note.startswith("--- ") else {}
    for line in note.splitlines():
        out.print(Text(line, style=colours.get(line[:1], "")), soft_wrap=True)


def show_findings(findings: Sequence[Finding], out: Console, spoken: bool = False, brief: int = 0) -> None:
    """The groups, the skipped ones by their reasons, and at length what is not well."""
    skipped = [finding for finding in findings if finding.verdict == "skip"]
    asked = {group: members for group, members in by_group(findings).items() if loudest(members) != "skip"}
    tell = spoken_summary if spoken else summary
    lines = [(loudest(members), group, tell(members)) for group, members in asked.items()]
    lines += [("skip", "skipped", line) for line in reasons(skipped, by_group(findings))]
    signs, names = max(len(sign(line[0], out)) for line in lines), max(len(line[1]) for line in lines)
    for verdict, name, words in lines:
        padding = " " * (signs - len(sign(verdict, out)))
        line = Text.assemble(mark(verdict, out), f"{padding} {name:{names}}  ", words.replace("\n", " "))
        out.print(cut(line, out))
    show_unwell(findings, out, brief)


def summary(members: Sequence[Finding]) -> str:
    """What a group's line says: how many of what, and the names of those that the eye looks for."""
    told = [finding for finding in members if finding.verdict != "skip"]
    unwell = [finding for finding in told if finding.verdict != "ok"]
    return f"{', '.join(words for _, words in counted(told))}: {', '.join(dict.fromkeys(map(short_id, unwell or told)))}"


def spoken_summary(members: Sequence[Finding]) -> str:
    """What a group's line says where what was seen tells more than names, and how long it took."""
    told = list(dict.fromkeys(finding.seen for finding in members if finding.verdict == "ok"))
    words = "; ".join(told) if loudest(members) == "ok" else summary(members)
    return f"{sum(finding.seconds for finding in members):5.1f} s  {words}"


def reasons(skipped: Sequence[Finding], groups: dict[str, list[Finding]]) -> list[str]:
    """One line for each reason by which things were skipped; a group of which all were is named as a whole."""
    by_reason: dict[str, list[Finding]] = {}
    for finding in skipped:
        by_reason.setdefault(finding.seen or "does not apply", []).append(finding)
    lines = []
    for reason, members in by_reason.items():
        here = by_group(members)
        whole = {group for group in here if len(here[group]) == len(groups[group])}
        names = list(dict.fromkeys(finding.group if finding.group in whole else finding.id for finding in members))
        more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
        lines.append(f"{', '.join([*names[:NAMED], *more])}: {reason}")
    return lines


def untold(report: Report) -> list[Change]:
    """The changes that nothing else has told: a proof has its settings, and caches have their fates."""
    if report.caches:
        return []
    return [each for each in report.changes if report.proof is None or each.kind != "setting"]


def show_changes(changes: Sequence[Change], out: Console) -> None:
    """What was, or would be, made different."""
    if not changes:
        return
    grid = Table.grid(padding=(0, 2))
    for change in changes:
        arrow = "->" if change.was else ""
        grid.add_row(escape(change.name), escape(change.was), arrow, escape(change.now), Text(change.why, style="dim"))
    out.print(grid)


def said(report: Report, out: Console) -> str:
    """What the counts mean."""
    if report.status == "ok" and all(finding.verdict == "skip" for finding in report.findings):
        return "nothing of it applies here"
    if report.spoken and report.status == "fail":
        return "something is wrong: it stands above"
    if report.status == "warn" and all(finding.verdict != "warn" for finding in report.findings):
        return "nothing is wrong in what could be looked at"
    return CLOSING[report.status].format(mark=sign("fail", out))


def closing(report: Report, out: Console) -> Text:
    """The last line: how many of what, and what it means."""
    told = [words for _, words in counted(report.findings)]
    if report.profile is not None:
        told = [many(len(advised(report)), "finding") if advised(report) else "no finding"]
    if report.measured and any(each.processes for each in report.measurements):
        told = [benchmarks.counts(report.measurements), *told]
    words = report.conclusion or (said(report, out) if report.profile is None else concluded(report))
    style = {"ok": "green", "warn": "yellow"}.get(report.status, "bold red")
    return Text.assemble((", ".join(told), "bold"), f" in {report.seconds:.1f} s: " if told else "", (words, style))
