"""What was measured, proven or found by profiling, as Markdown: tables for an issue, a pull request or a page of one's own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from torch_starter import __version__
from torch_starter.core.figures import label, parsed
from torch_starter.core.report import Measurement, Past, Report
from torch_starter.show import profile_markdown, proof_markdown
from torch_starter.show._line import when, where
from torch_starter.show._words import SIGNS, WELL, in_markdown, quantity, sentence
from torch_starter.show.benchmarks import LIMITS, by_figure, counts, percent, sign

HEADS = ("figure", "% of limit", "median", "noise", "limit")
LINE = "|---|---:|---:|---:|---:|"


def text(report: Report) -> str:
    """The whole answer."""
    return "\n".join(lines(report)) + "\n"


def lines(report: Report) -> Iterator[str]:
    """A heading, the machine, the table, and what is to be said of it."""
    yield f"<!-- torch-starter {__version__} {report.command} -->"
    yield f"## {in_markdown(sentence(report))}"
    yield ""
    measured = sorted((each for each in report.measurements if each.processes), key=lambda each: each.name == LIMITS)
    parts = (counts(measured) if measured else "", f"{report.seconds:.0f} s", when(report.started_at), where(report.facts))
    yield in_markdown(", ".join(part for part in parts if part)) + "."
    if report.profile is not None:
        yield from profile_markdown.lines(report, report.profile)
    elif report.proof is not None:
        yield from proof_markdown.lines(report.proof)
    elif measured:
        yield from table(measured)
    elif report.history:
        yield from past(report.history)
    unwell = [each for each in report.findings if each.verdict not in WELL and report.profile is None]  # which has them
    for group in (
        [f"- {SIGNS[each.verdict]} {in_markdown(each.id)}: {in_markdown(each.seen)}" for each in unwell],
        [in_markdown(note) for note in report.notes],
    ):
        if group:
            yield ""
            yield from group


def table(measurements: Sequence[Measurement]) -> Iterator[str]:
    """A row a figure; bounds are marked, and explained below."""
    yield ""
    yield f"| {' | '.join(HEADS)} |"
    yield LINE
    for each in measurements:
        yield f"| {' | '.join(map(in_markdown, row(each)))} |"
    signs = sorted({sign(each.better) for each in measurements if each.bounded}, reverse=True)
    if signs:
        yield ""
        yield f"{', '.join(signs)}: others kept the machine busy, it is no more than a bound."


def past(history: Sequence[Past]) -> Iterator[str]:
    """A row a figure: its latest value, and between which it was."""
    yield ""
    yield "| figure | runs | latest | least | most |"
    yield "|---|---:|---:|---:|---:|"
    for key, pasts in by_figure(history).items():
        name, params = parsed(key)
        medians = [each.median for each in pasts]
        values = [quantity(value, pasts[-1].unit) for value in (medians[-1], min(medians), max(medians))]
        yield f"| {' | '.join(map(in_markdown, (f'{name} {label(params)}'.strip(), str(len(pasts)), *values)))} |"


def row(measurement: Measurement) -> tuple[str, ...]:
    """The cells of a figure."""
    share, noise, limit, unit = measurement.share, measurement.noise, measurement.limit, measurement.unit
    bound, least = (f"{sign(measurement.better)} ", "≥ ") if measurement.bounded else ("", "")
    return (
        f"{measurement.name} {label(measurement.params)}".strip(),
        f"{least}{100 * share:.0f} %" if share is not None else "",
        bound + quantity(measurement.median, unit),
        f"± {percent(noise)}" if math.isfinite(noise) else "",
        f"{quantity(limit.value, unit)}, {limit.source}" if limit else "",
    )
