"""Measuring one target: what is chosen is planned, taken in rounds, and told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.evidence import Evidence
from torch_starter.core.history import Run
from torch_starter.core.kinds import Benchmark
from torch_starter.core.probing import Answer, Target
from torch_starter.core.probing import ask as ask_probes
from torch_starter.core.problems import CouldNotLook, Interrupted, WrongUsage
from torch_starter.core.report import Finding, Report, Stop
from torch_starter.core.typos import nearest
from torch_starter.verbs import _against, _bed, _gather, _measured, _runs, _takes
from torch_starter.verbs._asking import OF_A_JOB
from torch_starter.verbs._gather import Subject

SUITES = ("quick", "full")
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "WANDB_MODE": "offline",
}  # no network; how threads wait stays as the user has it


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
    findings = [Finding(id=each.name, verdict="skip", title=each.title, seen=each.about) for each in every]
    return Report(command="benchmark", findings=findings, conclusion=f"{len(every)} benchmarks")


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
    how = _takes.QUICK if suite(ask) == "quick" else _takes.FULL
    evidence = _gather.gather(ask, subject)
    bed = _bed.make_bed(ask, evidence, quick=how is _takes.QUICK)
    takes, findings = _takes.plan(chosen, bed, how)
    side = _takes.Side(target(subject, evidence), takes, preload(evidence))
    settings = in_effect(ask, side)
    rounds = _takes.Rounds(ask, [side], how.budget)
    rounds.run()
    report = Report(command="benchmark", measured=True)
    report.measurements = _measured.measurements(takes)
    report.findings = [*findings, *_measured.failures(takes)]
    report.history = _runs.past(_runs.kept(ask), None)
    remember(ask, _runs.make(ask, evidence, settings, report.measurements), before, report)
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


def in_effect(ask: Ask, side: _takes.Side) -> Answer:
    """What the target says of the settings that are in effect."""
    name = "settings.in_effect"
    return ask_probes(ask.machine, side.target, [name], preload=side.preload, timeout=60.0)[name]


def target(subject: Subject, evidence: Evidence) -> Target:
    """The interpreter, with the variables that a training would have."""
    alone = {name: value for name, value in evidence.variables.items() if not name.startswith(OF_A_JOB)}
    return Target(subject.python, {**alone, **QUIET})


def preload(evidence: Evidence) -> str | None:
    """What the processes are forked after."""
    return "torch" if "torch" in evidence.installed.distributions else None
