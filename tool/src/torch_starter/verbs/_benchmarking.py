"""Measuring one target: what is chosen is planned, taken in rounds, and told."""

from __future__ import annotations

from collections.abc import Sequence

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Benchmark
from torch_starter.core.probing import Target
from torch_starter.core.problems import Interrupted, WrongUsage
from torch_starter.core.report import Finding, Report, Stop
from torch_starter.core.typos import nearest
from torch_starter.verbs import _bed, _gather, _measured, _takes
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
    """Measure; or say what could be measured."""
    every = collect("benchmarks", Benchmark)
    chosen = choose(every, suite(ask), ask.texts("only"))
    if ask.flag("list"):
        return listed(every)
    return measure(ask, subject(ask), chosen)


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


def measure(ask: Ask, subject: Subject, chosen: Sequence[Benchmark]) -> Report:
    """Take all that is chosen; Ctrl-C keeps what was measured."""
    how = _takes.QUICK if suite(ask) == "quick" else _takes.FULL
    evidence = _gather.gather(ask, subject)
    bed = _bed.make_bed(ask, evidence, quick=how is _takes.QUICK)
    takes, findings = _takes.plan(chosen, bed, how)
    rounds = _takes.Rounds(ask, [_takes.Side(target(subject, evidence), takes, preload(evidence))], how.budget)
    rounds.run()
    report = Report(command="benchmark", measured=True)
    report.measurements = _measured.measurements(takes)
    report.findings = [*findings, *_measured.failures(takes)]
    report.facts = ask.facts.as_dict()
    if rounds.interrupted:
        stopped = Interrupted()
        report.stop = Stop(stopped.code, "stopped on request; what was measured until then is kept", "")
        report.stop_exit_code = stopped.exit_code
    return report


def target(subject: Subject, evidence: Evidence) -> Target:
    """The interpreter, with the variables that a training would have."""
    alone = {name: value for name, value in evidence.variables.items() if not name.startswith(OF_A_JOB)}
    return Target(subject.python, {**alone, **QUIET})


def preload(evidence: Evidence) -> str | None:
    """What the processes are forked after."""
    return "torch" if "torch" in evidence.installed.distributions else None
