"""What a page says of benchmarks: pictures, and the numbers as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from torch_starter.core.figures import label, parsed
from torch_starter.core.report import Measurement, Report
from torch_starter.core.statistics import interval
from torch_starter.show._words import number, quantity
from torch_starter.show.benchmarks import LIMITS, counts, percent, sign
from torch_starter.show.charts import Chart, grouped, limit_bars
from torch_starter.show.past_charts import more_than_once, now, past_charts, runs
from torch_starter.show.roofline import rooflines
from torch_starter.show.scatter_chart import samples

LEAST_TOLD = 0.005  # of the machine: what others used


def content(report: Report) -> dict[str, Any] | None:
    """What the template is given; None where the report is not of benchmarks."""
    told = [each for each in report.measurements if each.processes]
    if not told and not report.history:
        return None
    pasts = [*report.history, *(now(each, report.started_at) for each in told)]
    drawn = pictures(told)
    often = more_than_once(pasts, {each.key for each in told if each.name != LIMITS} if told else None)
    small = past_charts(often)
    return {
        "counts": counts(told) if told else counts_of_past(report),
        "charts": drawn,
        "past": small,
        "runs": runs(often),
        "figures": len(told),
        "tables": tables(told),
    }


def pictures(measurements: Sequence[Measurement]) -> list[Chart]:
    """What is drawn of a run, what has nothing to show left out; limits alone where there is nothing else."""
    told = [each for each in measurements if each.name != LIMITS]
    return [*rooflines(measurements), *(each for each in (limit_bars(told), samples(told or measurements)) if each)]


def counts_of_past(report: Report) -> str:
    """How many figures of how many benchmarks there were."""
    figures = {past.figure for past in report.history}
    benchmarks = {parsed(figure)[0] for figure in figures}
    return f"{len(figures)} figures of {len(benchmarks)} benchmark{'' if len(benchmarks) == 1 else 's'}"


def tables(measurements: Sequence[Measurement]) -> list[dict[str, Any]]:
    """The numbers of each benchmark, what is itself a limit last."""
    groups = grouped(sorted(measurements, key=lambda each: each.name == LIMITS))
    return [{"name": name, "title": own[0].title, "rows": [numbers(each) for each in own]} for name, own in groups.items()]


def numbers(measurement: Measurement) -> dict[str, str]:
    """A figure as a row of the table; the unit is told once."""
    found, noise, unit = interval(measurement.by_process), measurement.noise, measurement.unit
    limit, share, busy = measurement.limit, measurement.share, measurement.busy or 0.0
    bound = f"{sign(measurement.better)} " if measurement.bounded else ""
    best = f"{bare(max(measurement.samples), unit)} at best" if measurement.name == LIMITS else ""
    return {
        "label": label(measurement.params) or measurement.name,
        "share": f"{100 * share:.0f} %" if share is not None else "",
        "median": bound + quantity(found.value, unit),
        "better": " ↓" if measurement.better == "lower" else "",
        "interval": f"{bare(found.low, unit)} to {bare(found.high, unit)}" if found.high > found.low else "",
        "noise": f"± {percent(noise)}" if math.isfinite(noise) else "",
        "limit": f"{bare(limit.value, unit)} {limit.source}" if limit else best,
        "taken": f"{len(measurement.samples)} of {len(measurement.processes)}",
        "busy": f"{100 * busy:.0f} %" if busy >= LEAST_TOLD else "",
    }


def bare(value: float, unit: str) -> str:
    """A number without its unit, which is told beside it; bytes are nothing without."""
    return quantity(value, unit) if unit.startswith("bytes") else number(value)


def facts(report: Report) -> dict[str, Any]:
    """The facts for people: of the run itself no more than what was in effect; packages and digests stay in the JSON report."""
    told = {name: value for name, value in report.facts.items() if name != "run"}
    run = report.facts.get("run")
    settings = run.get("settings") if isinstance(run, dict) else None
    return {**told, "in effect": settings} if settings else told
