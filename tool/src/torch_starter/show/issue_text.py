"""An answer for an issue: Markdown, what is wrong first, and nothing that a stranger should not see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from torch_starter import __version__
from torch_starter.core.report import SCHEMA, Finding, Report
from torch_starter.show._words import LOUDEST, WELL, by_group, counted, loudest, plain, sentence, short_id
from torch_starter.show.redact import Person, redact

MOST_BYTES = 56_000  # an issue takes 65,536 characters, and a person writes some of them
LONGEST = 2_500  # of one thing that a program said: its beginning and its end
LONGEST_LINE = 700
LONGEST_PACKAGES = 12_000
VERSION = re.compile(r"\d+(\.\w+)+([+!-][\w.]+)?")


def text(report: Report, person: Person) -> str:
    """The report for pasting into an issue, at most about 60 KB."""
    unwell = sorted(
        (finding for finding in report.findings if finding.verdict not in WELL), key=lambda each: LOUDEST.index(each.verdict)
    )
    head = [*heading(report, person), *stopped(report, person)]
    tail = [*facts(report, person), *packages(report, person), *the_rest(report, person), *notes(report, person)]
    left = MOST_BYTES - size(head) - min(size(tail), MOST_BYTES // 2)
    middle: list[str] = []
    for number, finding in enumerate(unwell):
        lines = told(finding, person)
        left -= size(lines)
        if left < 0:
            middle += ["", f"{len(unwell) - number} more that are not well were left out: {names(unwell[number:], person)}"]
            break
        middle += lines
    return within("\n".join([*head, *middle, *tail]), MOST_BYTES) + "\n"


def size(lines: Iterable[str]) -> int:
    """Bytes in UTF-8."""
    return sum(len(line.encode()) + 1 for line in lines)


def within(words: str, most: int) -> str:
    """At most so many bytes."""
    return words if len(words.encode()) <= most else words.encode()[:most].decode(errors="ignore") + "\n… (cut)"


def safe(words: str, person: Person, longest: int = LONGEST) -> str:
    """Without control codes and secrets, and of what is long the beginning and the end."""
    words = redact(plain(words), person)
    if len(words) <= longest:
        return words
    return f"{words[: longest // 2]} … ({len(words) - longest} characters left out) … {words[-longest // 2 :]}"


def heading(report: Report, person: Person) -> Iterator[str]:
    """What was asked, and how it went."""
    yield f"### {safe(report.command, person, 60)}: {sentence(report).lower()}"
    yield ""
    told = ", ".join(words for _, words in counted(report.findings)) or report.status
    when = report.started_at or "at an unknown time"
    yield f"{told} in {report.seconds:.1f} s, {when}, torch-starter {__version__}, schema {SCHEMA}"


def stopped(report: Report, person: Person) -> Iterator[str]:
    """The problem that stopped the command."""
    if report.stop:
        lines = [f"stopped     {report.stop.message}", f"what to do  {report.stop.remedy}"]
        yield from ["", f"#### stopped: `{report.stop.code}`", *fenced(lines, person)]


def told(finding: Finding, person: Person) -> list[str]:
    """One finding that is not well."""
    rows = [("seen", finding.seen), ("wanted", finding.wanted), ("remedy", finding.remedy), ("at", str(finding.place or ""))]
    lines = [f"{name:<7} {value}" for name, value in [("what", finding.title), *rows] if value]
    return ["", f"#### {finding.verdict}: {code(finding.id, person)}", *fenced(lines, person)]


def fenced(lines: Iterable[str], person: Person) -> list[str]:
    """A block in which nothing means anything, whatever its words are."""
    words = [safe(line.rstrip(), person) for line in lines]
    longest = max((len(run) for line in words for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *words, fence]


def code(words: str, person: Person, longest: int = LONGEST_LINE) -> str:
    """A short text between backticks, also in a table."""
    return "`" + safe(" ".join(words.split()), person, longest).replace("`", "'").replace("|", "\\|") + "`"


def facts(report: Report, person: Person) -> Iterator[str]:
    """The facts of the machine, one line each."""
    known = {name: value for name, value in report.facts.items() if name != "packages"}
    if known:
        yield from ["", "| fact | |", "| --- | --- |"]
    for name, value in known.items():
        yield f"| {code(name, person)} | {code(', '.join(leaves(value)) or 'none', person)} |"


def leaves(value: Any, name: str = "") -> Iterator[str]:
    """What a fact holds, as `name: value`; what it does not know is left out."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(each, dict | list) for each in value):
        for number, each in enumerate(value):
            yield from leaves(each, f"{name}.{number}")
    elif value not in (None, "", [], ()):
        words = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        yield f"{name}: {words}" if name else words


def packages(report: Report, person: Person) -> Iterator[str]:
    """The versions of packages, as far as the report has them."""
    versions = dict(report.facts.get("packages") or {}) if isinstance(report.facts.get("packages"), dict) else {}
    for finding in report.findings:
        if finding.group == "imports" and finding.verdict == "ok" and VERSION.fullmatch(finding.seen):
            versions.setdefault(short_id(finding), finding.seen)
    if versions:
        listed = ", ".join(f"{name}=={version}" for name, version in versions.items())
        yield from ["", f"Packages: {code(listed, person, LONGEST_PACKAGES)}"]


def the_rest(report: Report, person: Person) -> Iterator[str]:
    """Everything that is well, one line a group."""
    groups = by_group(finding for finding in report.findings if finding.verdict in WELL)
    if groups:
        yield ""
    for group, members in groups.items():
        why = dict.fromkeys(finding.seen for finding in members if finding.verdict == "skip")
        reason = f" (skipped: {'; '.join(why)})" if why else ""
        what = ", ".join(words for _, words in counted(members))
        shown = ", ".join(short_id(finding) for finding in members if finding.verdict == loudest(members))
        yield f"- {code(f'{group}: {what}: {shown}{reason}', person)}"


def names(findings: Iterable[Finding], person: Person) -> str:
    """The ids of findings."""
    return code(", ".join(finding.id for finding in findings), person)


def notes(report: Report, person: Person) -> Iterator[str]:
    """What the command says besides, and what it changed."""
    lines = [f"{change.name}: {change.was or '(nothing)'} -> {change.now} {change.why}".rstrip() for change in report.changes]
    lines += [
        f"{each.name}: {', '.join(f'{sample:g}' for sample in each.samples[:9])} {each.unit}" for each in report.measurements
    ]
    if lines or report.notes:
        yield from ["", *fenced([*lines, *report.notes], person)]
