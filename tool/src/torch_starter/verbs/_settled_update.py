"""From a search to the switch and the answer: what changed, what is held and why, and what it took."""

from __future__ import annotations

import difflib
import time
from collections.abc import Sequence
from dataclasses import replace

from torch_starter.core import lock as lock_file
from torch_starter.core.ask import Ask
from torch_starter.core.report import Finding, Report
from torch_starter.core.trial import Trial
from torch_starter.making import release_notes
from torch_starter.search.search import Outcome
from torch_starter.verbs import _before_after, _build, _changed, _judge, _plan, _settle, _workshop
from torch_starter.verbs._updating import Request, Searched, Update, affected, updating

NEWEST = "The locks are the newest that are proven."
SHOWN = 6  # versions and packages that a line names


def update(ask: Ask, request: Request) -> Report:
    """Search, and unless it is a dry run switch; raises a Problem with everything as it was."""
    started = time.monotonic()
    _plan.environments(ask).refuse_foreign_venv()
    with _settle.held(ask):
        pass
    with updating(ask, request) as found:
        report = Report(command=request.command)
        for each in found.searched:
            report.findings += failures(each)
            report.notes += story(each)
        edits = found.edits()
        changing = [edit for edit in edits if edit.before != edit.after]
        if ask.flag("dry-run"):
            newest = not changing and all(each.outcome.found for each in found.searched)
            report.notes.append(NEWEST if newest else "Nothing was changed.")
        elif changing:
            switch(found, report)
            if ask.flag("benchmark") and affected(found):
                _before_after.measure(ask, report)
        elif request.pyproject is not None:
            report.notes.append("pyproject.toml, locks and environment are as they were.")
        else:
            report.notes.append(NEWEST if not report.exit_code else "Nothing was changed.")
        _changed.tell(ask, found, report, time.monotonic() - started)
    return report


def unlocked(ask: Ask, wanted: Sequence[str], names: Sequence[str]) -> tuple[str, str] | None:
    """The first of the wanted packages that no lock has, and what to do; None where all are there."""
    texts = [ask.machine.files.read(ask.project.lock(name)) or "" for name in names]
    locked = {pin.name for name, text in zip(names, texts, strict=True) for pin in lock_file.parse(text, f"locks/{name}.txt")}
    for package in wanted:
        if package not in locked:
            near = difflib.get_close_matches(package, locked, n=1)
            return package, f"./dev.sh lock-update --package {near[0]}" if near else f"./dev.sh add {package}"
    return None


def switch(found: Update, report: Report) -> None:
    """Make the new locks current, together with the environment of this machine where it changes."""
    ask, edits = found.staged, found.edits()
    for edit in edits:
        if edit.after is not None:
            ask.machine.files.write((ask.project.staged or ask.project.root) / edit.path, edit.after)
    with _settle.held(ask):
        if not affected(found):
            _settle.switch(ask).commit(edits, None)
            return
        ready = replace(_workshop.unnamed(ask), progress=ask.progress)
        plan = _plan.make_plan(ready)
        after = _build.build_prove_switch(ready, plan, _judge.default_checks(), found.request.command, edits)
    report.findings += after.findings
    report.measurements += after.measurements
    report.facts = after.facts
    report.notes += after.notes
    report.changes += after.changes


def failures(each: Searched) -> list[Finding]:
    """What is wrong with a lock that was not found."""
    outcome = each.outcome
    if outcome.found is not None:
        late = "the budget was over before the search was: a newer set may work"
        return [warning(each, "lock.budget", late)] if outcome.out_of_time and not each.bench.dry else []
    if outcome.out_of_time:
        return [] if each.bench.dry else [warning(each, "lock.budget", "the budget was over before a newer set was proven")]
    return [no_way_out(each)]


def warning(each: Searched, id: str, seen: str) -> Finding:
    """The search came to an end before it was through."""
    return Finding(
        id=f"{id}.{each.name}",
        verdict="warn",
        title=f"the search for {each.name} is through",
        seen=seen,
        remedy="./dev.sh lock-update, which goes on from the trials that were made",
    )


def no_way_out(each: Searched) -> Finding:
    """No set within the ranges works: the closest one, and the smallest set of demands that contradict each other."""
    outcome = each.outcome
    closest = outcome.closest
    fails = ", ".join(failure.id for failure in closest.failures) if closest else "no releases agree with each other"
    return Finding(
        id=f"lock.no-working-set.{each.name}",
        verdict="fail",
        title=f"no set of packages within the ranges works for {each.name}",
        seen=f"the closest of {len(each.bench.known())} fails {fails}: {nearest(closest)}",
        wanted="; ".join(contradiction(each, outcome)),
        remedy=f"widen in pyproject.toml the range of {', '.join(to_widen(each)) or 'a package'}, then ./dev.sh lock-update",
    )


def nearest(closest: Trial | None) -> str:
    """The lines of evidence of the closest set."""
    return "; ".join(failure.line for failure in closest.failures[:2]) if closest else ""


def contradiction(each: Searched, outcome: Outcome) -> list[str]:
    """The demands that cannot be met together, as short as it can be said: what fails, with which versions, by which range."""
    lines = []
    for failure in outcome.stuck:
        tried = list(dict.fromkeys(outcome.tried.get(failure.id, ())))
        more = f" and {len(tried) - SHOWN} more" if len(tried) > SHOWN else ""
        first = outcome.first.versions if outcome.first else {}
        newest = [f"{name} {first[name]}" for name in suspects(each)[:2] if name in first]
        lines.append(f"{failure.id} fails with {', '.join([*newest, *tried[:SHOWN]])}{more}")
    asked = [str(each.bench.ranges[name]) for name in suspects(each) if name in each.bench.ranges]
    return [*lines, f"pyproject.toml asks for {' and '.join(asked)}"] if asked else lines


def suspects(each: Searched) -> list[str]:
    """The packages that the failures without a way out point to."""
    named = [s.package for failure in each.outcome.stuck for s in failure.suspects if s.strength != "needed"]
    return list(dict.fromkeys(named))


def to_widen(each: Searched) -> list[str]:
    """Those of them whose range pyproject.toml sets."""
    return [name for name in suspects(each) if name in each.bench.ranges]


def newer(each: Searched) -> str:
    """What the newest set has newer than the lock."""
    newest = each.bench.propose({})
    steps = release_notes.steps(each.before, newest.versions if newest else {})
    told = [f"{step.name} {step.now} (now {step.was})" for step in steps if step.was and step.now]
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return ", ".join(told[:SHOWN]) + more or "the set of the lock, which no kept trial tells of"


def story(each: Searched) -> Sequence[str]:
    """How it went, in a line or two: what the newest set failed, and what is held."""
    first = each.outcome.first
    lines = []
    if each.bench.dry and each.outcome.found is None:
        lines.append(f"{each.name}: would be tried: {newer(each)}; what does not work is held back")
    if first is not None and first.failures and each.bench.tried:
        lines.append(f"{each.name}: the newest set fails " + ", ".join(failure.id for failure in first.failures))
    count = f"{len(each.bench.tried)} trials" if len(each.bench.tried) != 1 else "1 trial"
    if each.bench.tried:
        lines.append(f"{each.name}: {count} in {each.seconds / 60:.1f} min")
    return lines
