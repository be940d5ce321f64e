"""What a comparison of two runs says: a finding for each figure, and what changed between the two."""

from __future__ import annotations

from collections.abc import Sequence

from torch_starter.core.comparison import Comparison, compare, regressions
from torch_starter.core.history import Run
from torch_starter.core.report import Change, Finding, Report, Verdict
from torch_starter.core.snapshot import differences, pairs

VERDICTS: dict[str, Verdict] = {"better": "ok", "same": "ok", "worse": "fail", "not made": "skip"}
SHOWN = 6  # changes that a sentence names


def tell(report: Report, before: Run, after: Run) -> None:
    """Put the comparison into a report: a regression makes its exit code 1."""
    found = compare(before, after)
    changes = changed(before, after)
    report.findings = [*report.findings, *(finding(each, changes) for each in found)]
    report.changes = [*report.changes, *changes]
    report.notes = [*report.notes, *sentences(before, after, found)]


def changed(before: Run, after: Run) -> list[Change]:
    """What is other than it was: machine, driver, kernel, variables, packages, and what was in effect."""
    effect = [(f"in effect: {name}", was, now) for name, was, now in pairs(before.settings, after.settings)]
    settings = [Change(kind="setting", name=name, was=was, now=now) for name, was, now in effect]
    return [*differences(before.snapshot, after.snapshot), *settings]


def finding(each: Comparison, changes: Sequence[Change]) -> Finding:
    """One figure, before and after."""
    of = each.measurement
    label = ", ".join(f"{name} {value}" for name, value in of.params.items())
    worse = each.verdict == "worse"
    return Finding(
        id=f"against.{of.key.replace(' ', ',')}",
        verdict=VERDICTS[each.verdict],
        title=f"{of.name} {label}".strip(),
        seen=seen(each),
        wanted=f"within {100 * each.noise:.0f} %, which is what noise makes" if worse else "",
        remedy=remedy(changes) if worse else "",
        gain=round(each.ratio.value, 4) if each.ratio else None,
    )


def seen(each: Comparison) -> str:
    """What became of it."""
    if each.ratio is None:
        return f"not compared: {each.why}"
    value, low, high = each.ratio.value, each.ratio.low, each.ratio.high
    told = f"{value:.3f} times as good ({low:.3f} to {high:.3f}), by {each.by}"
    return told if each.verdict != "same" else f"no difference beyond noise: {told}"


def remedy(changes: Sequence[Change]) -> str:
    """What may be the cause: what changed between the two."""
    if not changes:
        return "nothing that we know of has changed between the two: measure again, ./dev.sh benchmark"
    named = [f"{change.name} {change.was} -> {change.now}" for change in sorted(changes, key=lambda each: each.kind != "package")]
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return "what changed between the two: " + "; ".join(named[:SHOWN]) + more


def sentences(before: Run, after: Run, found: Sequence[Comparison]) -> list[str]:
    """Which two were compared, and the sum of it."""
    name = f"{before.name}, of {before.at}" if before.name else before.at
    counts = {word: sum(each.verdict == word for each in found) for word in ("better", "worse", "same", "not made")}
    words = ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "they have no figure in common"
    lines = [f"Against {name}: {words}."]
    if before.machine != after.machine:
        lines.append("Two machines: compared by % of limit alone.")
    worst = next(regressions(found), None)
    if worst and worst.ratio:
        lines.append(f"The worst: {worst.measurement.key}, {worst.ratio.value:.2f} times as good as before.")
    return lines
