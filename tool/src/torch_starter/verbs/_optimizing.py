"""What `optimize` does: a first run, a search within the budget, a proof that is kept, and put in force on request."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch_starter.core import proofs
from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.footprint import Footprint, changed, take
from torch_starter.core.kinds import Setting
from torch_starter.core.problems import CouldNotLook, WrongUsage
from torch_starter.core.proof import Key
from torch_starter.core.report import Entry, Report
from torch_starter.core.tuning import Subject
from torch_starter.core.typos import nearest
from torch_starter.core.veil import veil
from torch_starter.making.environments import Record
from torch_starter.tuning.bounds import binding
from torch_starter.tuning.choices import Plan, plan
from torch_starter.tuning.search import Search
from torch_starter.verbs import _force, _gather, _pilot, _plan, _proofs, _proving, _scratch
from torch_starter.verbs._runner import Runner, Together, stopwatch
from torch_starter.verbs._trials import Job, Trials

MINUTES = 10.0
CLASSES = ("precision",)
SHOWN = 3  # files that a sentence names
EXAMPLES = ("text.py", "vision.py")
ENDLESS = "1000000"  # steps of an example: a trial ends it


@dataclass(frozen=True)
class Start:
    """What a search begins with: the commands, where what is found holds, and what they are started with."""

    jobs: Sequence[Job]
    key: Key
    record: Record


def optimize(ask: Ask) -> Report:
    """Find, keep and tell; raises Problems where the command cannot be run or does no step."""
    if wrong := [word for word in ask.texts("allow") if word not in CLASSES]:
        raise WrongUsage("optimize.allow", f"there is no class {wrong[0]!r} to allow; there is: precision", "--allow precision")
    settings(ask)
    if ask.flag("revert"):
        return _force.revert(ask, begin(ask).key if ask.rest else None)
    start = begin(ask)
    known = _proofs.kept(ask, start.key) if ask.flag("apply") else None
    if known is not None and known.members and not ask.texts("only"):
        return _force.apply(ask, known, Report(command="optimize", proof=known))
    report = searched(ask, start)
    return _force.apply(ask, report.proof, report) if ask.flag("apply") and report.proof is not None else report


def begin(ask: Ask) -> Start:
    """The commands that are to be made faster; raises WrongUsage and CouldNotLook."""
    subject = _gather.ours(ask)
    record = _plan.environments(ask).record(subject.environment) if subject.environment else None
    if record is None:
        raise CouldNotLook("environment.missing", "there is no environment yet", "./dev.sh verify-setup")
    variables = _gather.own_variables(ask, subject, record.torch)
    folder = Path(ask.machine.variables.get("PWD", "."))
    commands = [ask.rest] if ask.rest else examples(ask)
    jobs = [Job((found(argv[0], variables), *argv[1:]), folder, variables) for argv in commands]
    return Start(jobs, _proofs.key(ask, record, ask.rest, folder), record)


def examples(ask: Ask) -> list[tuple[str, ...]]:
    """The trainings that stand for all; raises WrongUsage where the project has none any more."""
    paths = [ask.project.root / "examples" / name for name in EXAMPLES]
    there = [path for path in paths if path.is_file()]
    if not there:
        raise WrongUsage("optimize.nothing", "there is no command, and no examples/", "./dev.sh optimize -- python train.py")
    return [("python", str(path), "--steps", ENDLESS) for path in there]


def found(program: str, variables: dict[str, str]) -> str:
    """The path of a program; raises WrongUsage where there is none."""
    path = shutil.which(program, path=variables["PATH"])
    if path is None:
        message = f"there is no program {program!r} in the environment or on PATH"
        raise WrongUsage("run.missing", message, "./dev.sh optimize -- python train.py")
    return path


def searched(ask: Ask, start: Start) -> Report:
    """One search, told. With --dry-run what would be tried."""
    budget, clock = ask.budget or 60 * MINUTES, stopwatch()
    _scratch.sweep(ask.project.state)
    lock = ask.machine.files.lock(ask.project.state / "optimize" / "lock", ask.progress.say)  # two would measure each other
    with lock, ask.progress.stage("optimize", budget, "seconds") as stage:
        stage.to(0, budget, "the first run")
        before = footprint(ask, start)
        runners, subject = prepare(ask, start, budget, clock)
        chosen = planned(ask, subject, everywhere=not ask.rest)
        if ask.flag("dry-run"):
            return listed(chosen, subject)
        runner = runners[0] if len(runners) == 1 else Together(runners, clock)
        search = Search(runner, budget, lambda what, share: stage.to(min(share, 1.0) * budget, budget, what), ask.progress.say)
        search.tried += chosen.left
        members, pairs = search.run(chosen.choices)
    beyond = changed(before, footprint(ask, start))
    found = _proving.Found(search, members, pairs, runners, subject, start.key, clock(), beyond)
    proof = _proving.proof(ask, found)
    ask.machine.files.write(
        _proofs.folder(ask, start.key) / "proof.json", proofs.written(veil(ask.machine.variables).over(proof))
    )
    report = _proving.report(proof)
    report.facts |= ask.facts.as_dict()
    if aside := sorted(path for runner in runners for path in runner.aside):
        report.notes.append(f"What it wrote went aside and is gone: {some(aside)}.")
    return report


def footprint(ask: Ask, start: Start) -> Footprint:
    """The files of the project, and where the commands are started."""
    return take([ask.project.root, *(job.folder for job in start.jobs)], [ask.project.state])


def some(paths: Sequence[str]) -> str:
    """The first of many."""
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ", ".join(paths[:SHOWN]) + more


def prepare(ask: Ask, start: Start, budget: float, clock: _proving.Clock) -> tuple[list[Runner], Subject]:
    """The first run of each command. Settings are planned from the one that says most; bounds are the largest of each."""
    runners, subjects = [], []
    for job in start.jobs:
        trials = Trials(ask, job)
        first = _pilot.pilot(trials, budget / len(start.jobs))
        assert first.told is not None
        subjects.append(_pilot.subject(ask, first.told, job.variables))
        short = first.told.ended == "exit"
        runners.append(Runner(trials, _pilot.length(first, budget / len(start.jobs)), clock, short))
    return runners, _pilot.together(subjects)


def planned(ask: Ask, subject: Subject, everywhere: bool) -> Plan:
    """What is worth a try: for all commands only what a variable turns, since that can be in the spec."""
    found = plan(settings(ask), subject, binding(dict(subject.bounds), subject.told.device), ask.texts("allow"))
    if not everywhere:
        return found
    plain = [each for each in found.choices if each.value.variables and not each.value.turns]
    return Plan(tuple(each for each in plain if not any(name.startswith("+") for name in each.value.variables)), ())


def settings(ask: Ask) -> list[Setting]:
    """Those that are asked for, else all; raises WrongUsage where there is none of a name."""
    every = collect("settings", Setting)
    names = [setting.name for setting in every]
    for name in ask.texts("only"):
        if name not in names:
            near = nearest(name, names, 3)
            hint = f"; did you mean {near}?" if near else f"; there are: {', '.join(names)}"
            raise WrongUsage("optimize.no-setting", f"there is no setting {name!r}{hint}", "./dev.sh optimize --dry-run")
    return [setting for setting in every if setting.name in (ask.texts("only") or names)]


def listed(chosen: Plan, subject: Subject) -> Report:
    """What would be tried, and why the rest would not."""
    entries = [Entry(each.name, each.setting.title, each.setting.about, each.setting.safety) for each in chosen.choices]
    shares = ", ".join(f"{bound} {100 * share:.0f} %" for bound, share in subject.bounds.items())
    notes = [
        f"What binds: {shares}.",
        *(f"Not {each.setting} {each.label}: {each.why}".replace(" :", ":") for each in chosen.left),
    ]
    return Report(command="optimize", entries=entries, notes=notes, conclusion=f"{len(entries)} would be tried; nothing was")
