"""Measuring one target: what is chosen is planned, taken in rounds, and told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.history import Run
from torch_starter.core.kinds import Benchmark
from torch_starter.core.problems import CouldNotLook, Interrupted, WrongUsage
from torch_starter.core.report import Entry, Report, Stop
from torch_starter.core.typos import nearest
from torch_starter.verbs import _against, _gather, _hits, _measured, _measuring, _runs, _takes
from torch_starter.verbs._conclusion import conclusion
from torch_starter.verbs._gather import Subject

SUITES = ("quick", "full")


def benchmark(ask: Ask) -> Report:
    """Measure; or say what could be measured, or what was."""
    every = collect("benchmarks", Benchmark)
    chosen = choose(every, suite(ask), ask.texts("only"))
    if ask.flag("list"):
        return listed(every)
    if ask.flag("history"):
        return remembered(ask, chosen)
    before = _runs.wanted(ask)  # before anything is measured: there may be no such run
    return measure(ask, subject(ask), chosen, before)


def suite(ask: Ask) -> str:
    """The suite that was asked for; raises WrongUsage for another word."""
    asked = ask.text("suite") or SUITES[0]
    if asked not in SUITES:
        raise WrongUsage("benchmark.suite", f"there is no suite {asked!r}", "give --suite quick or --suite full")
    return asked


def choose(every: Sequence[Benchmark], suite: str, only: Sequence[str]) -> list[Benchmark]:
    """The benchmarks of a suite, or those that are named, and what their limits are read from; raises WrongUsage."""
    by_name = {each.name: each for each in every}
    for word in only:
        if word not in by_name:
            near = nearest(word, by_name, 3)
            hint = f"did you mean {near}?" if near else f"there are: {', '.join(by_name)}"
            raise WrongUsage("benchmark.unknown", f"there is no benchmark {word!r}; {hint}", "./dev.sh benchmark --list")
    chosen = [by_name[word] for word in only] or [each for each in every if each.quick or suite == "full"]
    wanted = {name for each in chosen for name in (each.name, *each.needs)}
    return [each for each in every if each.name in wanted]


def listed(every: Sequence[Benchmark]) -> Report:
    """What could be measured."""
    entries = [Entry(each.name, each.title, each.about, "quick" if each.quick else "full") for each in every]
    return Report(command="benchmark", entries=entries, conclusion=f"{len(every)} benchmarks")


def subject(ask: Ask) -> Subject:
    """The interpreter that is measured."""
    if ask.text("python") is None:
        return _gather.ours(ask)
    from torch_starter.verbs.verify_setup import foreign

    return foreign(ask)


def remembered(ask: Ask, chosen: Sequence[Benchmark]) -> Report:
    """What was measured before; raises CouldNotLook where nothing was."""
    runs = _runs.kept(ask)
    if not runs:
        raise CouldNotLook("benchmark.no-history", "nothing was measured here yet", "./dev.sh benchmark")
    names = {each.name for each in chosen} if ask.texts("only") else None
    return Report(command="benchmark", history=_runs.past(runs, names), conclusion=_runs.counted(runs))


def measure(ask: Ask, subject: Subject, chosen: Sequence[Benchmark], before: Run | None) -> Report:
    """Take all that is chosen; Ctrl-C keeps what was measured."""
    how, budget = _takes.QUICK if suite(ask) == "quick" else _takes.FULL, ask.budget
    prepared = _measuring.prepare(ask, subject, chosen, how)
    rounds = _takes.Rounds(ask, [prepared.side], budget or how.budget)
    rounds.run()
    _hits.graphs(ask, [answer for take in prepared.side.takes for answer in take.answers])
    run = prepared.run(ask, ask.text("save") or "", suite(ask))
    report = Report(command="benchmark", measured=True, measurements=list(run.measurements), findings=prepared.findings())
    report.notes = _measured.notes(prepared.side.takes, report.measurements)
    report.history = _runs.past(_runs.kept(ask), None)
    remember(ask, run, before, report)
    report.conclusion = conclusion(report.measurements) if report.status in ("ok", "warn") else ""
    if rounds.interrupted:
        stopped = Interrupted()
        report.stop = Stop(stopped.code, "stopped on request; what was measured until then is kept", "")
        report.stop_exit_code = stopped.exit_code
    return report


def remember(ask: Ask, run: Run, before: Run | None, report: Report) -> None:
    """Keep a run, tell what it rests on, and compare it with the one that was asked for."""
    report.facts = {**ask.facts.as_dict(), "run": {**msgspec.to_builtins(run), "measurements": None}}
    if not run.measurements:
        return
    _runs.keep(ask, run)
    if run.name:
        report.notes.append(f"Kept as {run.name}: ./dev.sh benchmark --against {run.name}")
    if before is not None:
        _against.tell(report, before, run)
