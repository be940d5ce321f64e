"""An answer as a page: one file that loads nothing and runs nothing, for a browser, a phone or a printer."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from torch_starter import __version__
from torch_starter.core.report import SCHEMA, Finding, Measurement, Report, Verdict
from torch_starter.core.units import human_size
from torch_starter.show import benchmark_page, drawn, optimize_page, pictured
from torch_starter.show._line import when, where
from torch_starter.show._proof_words import share
from torch_starter.show._words import (
    LOUDEST,
    SIGNS,
    WELL,
    between,
    by_group,
    counted,
    is_command,
    loudest,
    number,
    plain,
    plain_finding,
    quantity,
    sentence,
    short_id,
)

HERE = Path(__file__).parent
FIRST = ("environment", "system", "cpu", "memory", "gpu", "disk")  # of the facts
POLICY = "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
POLICY_OF_PICTURES = "default-src 'none'; {more} 'sha256-{style}'; base-uri 'none'; form-action 'none'"
SLOWEST = 10  # bars of where the seconds went
BYTES = re.compile(
    r"memory\.|disk\.(free|total|used)$|.*(^|[._])(bytes|memory|stack|memlock|address_space)$"
)  # facts that are sizes


@dataclass(frozen=True)
class Group:
    """The findings of one group, and what its line says."""

    name: str
    findings: Sequence[Finding]
    verdict: Verdict
    counts: str
    names: str
    seconds: float


@dataclass(frozen=True)
class Bar:
    """A length of 100, with its words."""

    name: str
    words: str
    percent: float
    others: bool = False


def page(report: Report) -> str:
    """The whole report as one HTML file."""
    told = content(report)
    names = ["page.css", "profile.css"] if told["profile"] else ["page.css"]
    style = "".join((HERE / name).read_text(encoding="utf-8") for name in names)
    policy = POLICY.format(style=digest(style))
    if told["drawn"]["policy"]:
        policy = POLICY_OF_PICTURES.format(style=digest(style), more=told["drawn"]["policy"])
    return template().render(style=style, policy=policy, **told) + "\n"


@functools.cache
def template() -> jinja2.Template:
    """The page without its words; whatever is put into it is escaped, and without control codes."""
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FileSystemLoader(HERE),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    environment.filters.update(
        between=between, command=is_command, when=when, quantity=quantity, short=short_id, lines=str.splitlines, share=share
    )
    return environment.get_template("page.html.j2")


def digest(style: str) -> str:
    """By which the page's policy knows its only style, and refuses every other."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def content(report: Report) -> dict[str, Any]:
    """What the template is given."""
    profile = pictured.content(report)
    findings = [] if profile else [plain_finding(finding) for finding in report.findings]  # the profile's page has them
    unwell = sorted((each for each in findings if each.verdict not in WELL), key=lambda each: LOUDEST.index(each.verdict))
    facts = benchmark_page.facts(report)
    benchmark, optimize = benchmark_page.content(report), optimize_page.content(report)
    charts = [*(benchmark["charts"] + benchmark["past"] if benchmark else ()), *(optimize["charts"] if optimize else ())]
    verdict: Verdict = "fail" if report.stop else loudest(report.findings) if report.findings else "ok"
    return {
        "report": report,
        "sentence": sentence(report),
        "verdict": "ok" if verdict == "skip" else verdict,
        "signs": SIGNS,
        "counts": counted(findings),
        "unwell": unwell,
        "groups": [group(name, members) for name, members in by_group(findings).items()],
        "bars": list(bars(findings)),
        "work": sum(finding.seconds for finding in findings),
        "measurements": [measured(each) for each in report.measurements if not each.processes and not (optimize or profile)],
        "changes": [each for each in report.changes if not optimize or each.kind != "setting"],  # which the proof has
        "benchmark": benchmark,
        "optimize": optimize,
        "profile": profile,
        "drawn": pictured.needed(profile["drawn"]) if profile else drawn.needed(charts),
        "facts": [(as_words(name), list(leaves(facts[name], name))) for name in sorted(facts, key=fact_order)],
        "where": where(report.facts),
        "version": __version__,
        "schema": SCHEMA,
    }


def group(name: str, members: Sequence[Finding]) -> Group:
    """A group with its counts; in place of names, why all of it was skipped."""
    counts = ", ".join(words for _, words in counted(members))
    told = [short_id(finding) for finding in members if finding.verdict != "skip"]
    names = ", ".join(told or dict.fromkeys(finding.seen for finding in members))
    return Group(name, members, loudest(members), counts, names, sum(finding.seconds for finding in members))


def bars(findings: Iterable[Finding]) -> Iterator[Bar]:
    """The findings that took longest, and all others together."""
    slow = sorted((finding for finding in findings if finding.seconds >= 0.05), key=lambda finding: -finding.seconds)
    if not slow:
        return
    others = sum(finding.seconds for finding in slow[SLOWEST:])
    longest = max(slow[0].seconds, others)
    for finding in slow[:SLOWEST]:
        yield Bar(finding.id, f"{finding.seconds:.1f} s", 100 * finding.seconds / longest)
    if others:
        yield Bar(f"{len(slow) - SLOWEST} others", f"{others:.1f} s", 100 * others / longest, others=True)


def measured(measurement: Measurement) -> dict[str, Any]:
    """A measurement with its statistics, and where its samples lie between nothing and the most of them and of the limit."""
    limit = measurement.limit.value if measurement.limit else 0.0
    top = max([*map(abs, measurement.samples), abs(limit)]) or 1.0
    return {
        "of": measurement,
        **measurement.as_dict(),
        "points": [100 * abs(sample) / top for sample in measurement.samples],
        "limit_at": 100 * abs(limit) / top if limit else None,
        "course": course(measurement, top) if measurement.every and len(measurement.samples) > 2 else "",
        "lasted": lasted(measurement.every * (len(measurement.samples) - 1)),
    }


def course(measurement: Measurement, top: float) -> str:
    """Samples of what goes on, one after the other, as a line in a box of 100 by 100."""
    steps = len(measurement.samples) - 1
    points = [(100 * step / steps, 100 - 100 * abs(sample) / top) for step, sample in enumerate(measurement.samples)]
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def lasted(seconds: float) -> str:
    """A stretch of time for people."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def leaves(value: Any, path: str, name: str = "") -> Iterator[tuple[str, str]]:
    """What a fact holds, as names and words."""
    if isinstance(value, dict) and set(value) & {"absent", "unknown"}:
        reason, words = next((key, text) for key, text in value.items() if key in ("absent", "unknown"))
        yield name, f"{'not here' if reason == 'absent' else 'not known'}: {words}"
    elif isinstance(value, dict) and name and not any(isinstance(each, dict | list | tuple) for each in value.values()):
        inner = [
            f"{key} {words}" for part, each in value.items() for key, words in leaves(each, f"{path}.{part}", as_words(part))
        ]
        yield name, ", ".join(inner) or "none"
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}", f"{name} {as_words(key)}".strip())
    elif isinstance(value, list | tuple) and any(isinstance(each, dict | list) for each in value):
        for index, each in enumerate(value):
            yield from leaves(each, path, f"{name} {index}".strip())
    elif value != "":
        yield name, in_words(value, path)


def fact_order(name: str) -> tuple[int, str]:
    """What a person asks for first comes first."""
    return FIRST.index(name) if name in FIRST else len(FIRST), name


def as_words(key: str) -> str:
    """A key as people write it; the name of a variable stays as it is."""
    return key if key.isupper() else key.replace("_", " ")


def in_words(value: Any, path: str) -> str:
    """A value as a person writes it."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, int | float) and value >= 0 and BYTES.match(path):
        return human_size(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return number(value) if isinstance(value, int | float) else str(value) if isinstance(value, str) else json.dumps(value)
