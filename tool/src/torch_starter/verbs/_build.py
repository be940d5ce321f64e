"""Building an environment aside, judging it, and making it current."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from torch_starter.cleaning import use
from torch_starter.core.ask import Ask
from torch_starter.core.files import DiskProblem
from torch_starter.core.kinds import Check
from torch_starter.core.problems import WrongSpec
from torch_starter.core.report import Change, Measurement, Report
from torch_starter.making import mirrors, uv
from torch_starter.making.build import Plan, Tools, build
from torch_starter.making.environments import RECORD, Record
from torch_starter.making.switching import Edit
from torch_starter.making.variables import cache_path
from torch_starter.verbs import _commands, _gather, _hits, _judge, _settle, _since
from torch_starter.verbs._plan import current, environments, installed_names

HOLDS_BACK = ("fail", "crash", "unknown")
OF_THE_MACHINE = {"system", "variables", "caches", "credentials", "network"}  # another environment would find them the same


def build_prove_switch(ask: Ask, plan: Plan, checks: Sequence[Check], command: str, edits: Sequence[Edit] = ()) -> Report:
    """Build aside, prove, switch, files that belong to it too. What stops us on the way leaves all as it is. Hold the lock."""
    before = environments(ask).current()
    clean_up(ask)
    ask.progress.say(plan.reason)
    judged, measured, from_cache = build_and_judge(ask, plan, checks, command)
    report = Report(command=command, findings=judged.findings, measurements=measured)
    if not any(finding.verdict in HOLDS_BACK and finding.group not in OF_THE_MACHINE for finding in judged.findings):
        make_current(ask, plan, edits, seconds=measured[0].samples[0])
        if report.exit_code:
            report.notes.append("The environment is proven and current. What is not well is of this machine or its settings.")
        elif judged.evidence:
            _since.keep(ask, subject(plan), judged.evidence)
        change = Change(
            kind="environment", name=".venv", was=before.name if before else "", now=plan.environment.name, why=plan.reason
        )
        report.changes.append(change)
    else:
        kept = f".venv is still {before.name}" if before else "there is no current environment"
        report.notes.append(f"The new environment was not proven, and is not used: {kept}.")
        report.notes.append(
            f"It is kept until the next set-up, to look at: {os.path.relpath(plan.environment, ask.project.root)}"
        )
    report.notes += [from_cache] if from_cache else []
    report.facts = ask.facts.as_dict()
    return report


def build_and_judge(ask: Ask, plan: Plan, checks: Sequence[Check], command: str) -> tuple[_judge.Judged, list[Measurement], str]:
    """The findings on a new environment, what building it took, what of it was cached. Nothing is left where it is stopped."""
    started = time.monotonic()
    now = current(ask)
    try:
        with _hits.seen(ask, tools(ask), plan.environment, command) as taken:
            compiled = ask.spec.install.compile_bytecode
            build(plan, tools(ask), ask.project, ask.machine, ask.progress, now[0] if now else None, compiled)
        built = time.monotonic()
        judged = _judge.judge(ask, subject(plan), checks)
        judged.findings.extend(_commands.own_commands(ask, subject(plan)))
    except BaseException:
        ask.machine.files.remove_tree(plan.environment)
        raise
    return judged, [*times((built - started, time.monotonic() - built)), *taken.measurements], taken.note


def subject(plan: Plan) -> _gather.Subject:
    """The planned environment, to be judged."""
    return _gather.Subject(plan.environment / "bin" / "python", plan.accelerator, plan.extras, plan.environment, plan.lock)


def times(seconds: tuple[float, float]) -> list[Measurement]:
    """How long building and proving took, apart."""
    names = zip(("build", "proof"), seconds, strict=True)
    return [Measurement(name=name, unit="s", better="lower", samples=(round(value, 2),)) for name, value in names]


def tools(ask: Ask) -> Tools:
    """uv with the spec's variables."""
    spec, user = ask.spec, ask.machine.variables
    cache = cache_path(spec.caches["uv"], ask.project, user.get("HOME", "/")) if "uv" in spec.caches else None
    ask.machine.files.make_folder(ask.project.environments)
    offline = ask.flag("offline")
    settings = uv.variables(spec, user, cache, ask.project.environments, offline)
    return Tools(uv.find(ask.project, user), {**settings, **mirrors.variables(spec, ask.project, user, offline)})


def make_current(ask: Ask, plan: Plan, edits: Sequence[Edit] = (), seconds: float = 0.0) -> None:
    """Write down that the environment is proven, and switch to it, and with it the files that belong to it.

    `seconds`: what building it took; 0 where we did not.
    """
    record = Record(
        accelerator=plan.accelerator,
        reason=plan.reason,
        extras=plan.extras,
        python=str(plan.python),
        lock_hash=plan.lock_hash,
        created_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        asked=plan.asked,
        packages=tuple(sorted(installed_names(plan.environment))),
        seconds=seconds,
    )
    ask.machine.files.write(plan.environment / RECORD, msgspec.json.encode(record).decode())
    try:
        _settle.switch(ask).commit(edits, plan.environment)
    except WrongSpec:  # a file was changed meanwhile: nobody will use it
        ask.machine.files.remove_tree(plan.environment)
        raise
    clean_up(ask)


def clean_up(ask: Ask) -> None:
    """Remove what a stopped set-up left, and environments older than the one before; not one that a process still uses.

    What cannot be removed is told, and stops nothing.
    """
    left_over = environments(ask).left_over()
    used = " ".join(words_of(process) for process in psutil.process_iter()) if left_over else ""
    uses = use.look() if left_over else use.Uses()
    for path in left_over:
        if f"{path}/" not in used and not use.used_by(uses, [str(path)], [], []):
            discard(ask, path)


def discard(ask: Ask, path: Path) -> None:
    """Remove one of the folder of environments, never through a link, and nothing that is mounted there."""
    try:
        left = ask.machine.files.discard(ask.project.environments, path).left
    except DiskProblem as problem:
        ask.progress.say(problem.message)
        return
    for where, why in left[:1]:
        ask.progress.say(f"{where} is not removed: {why}")


def words_of(process: psutil.Process) -> str:
    """What a process was started with; empty where it is gone or not ours to ask."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
