"""`verify-setup --self-test`: faults are put into a copy of the environment, one at a time, and each must be found."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch_starter
from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Fault, Level
from torch_starter.core.problems import CommandFailed, Problem, WrongUsage
from torch_starter.core.report import Finding, Report
from torch_starter.core.victim import Victim
from torch_starter.verbs import _build
from torch_starter.verbs._gather import Subject

ORDER = ("files", "packages", "start", "imports", "loader", "variables", "limits", "home")
PROBE_TIMEOUT = "20s"  # of one that hangs, twice: beside torch, and alone
START = "import sys; sys.path.insert(0, {source!r}); from torch_starter.cli import main; sys.exit(main())"
DROPPED = ("PYTHONPATH", "PYTHONHOME", "LD_PRELOAD", "LD_LIBRARY_PATH")  # what is wrong with the user's own has its own findings


def run(ask: Ask, subject: Subject) -> Report:
    """Each fault as one finding: ok where its line, and no other, is red."""
    report = Report(command="verify-setup")
    faults = chosen(ask.texts("only"))
    with ask.progress.stage("self-test", len(faults), "things") as stage:
        victim = make_victim(ask, subject)
        try:
            usual = {level: red(verification(ask, victim, level)) for level in levels(faults)}
            for number, fault in enumerate(faults):
                stage.to(number, len(faults), fault.id)
                report.findings.append(find(ask, victim, fault, usual[fault.level]))
        finally:
            ask.machine.files.remove_tree(folder(ask))
    well = sum(finding.verdict == "ok" for finding in report.findings)
    report.notes.append(f"{well} of {len(report.findings)} faults were found, each by the one line that names it.")
    return report


def all_faults() -> list[Fault]:
    """Every fault, by topic."""
    return sorted(collect("faults", Fault), key=lambda fault: (*ORDER, topic(fault)).index(topic(fault)))


def topic(fault: Fault) -> str:
    """The first word of its id: its file."""
    return fault.id.split(".")[0]


def chosen(words: Sequence[str]) -> list[Fault]:
    """The faults that are asked for, by id or topic; raises WrongUsage for a word that means none."""
    for word in words:
        if not any(word in (fault.id, topic(fault)) for fault in all_faults()):
            known = f"no fault is called {word!r}; there are: {', '.join(fault.id for fault in all_faults())}"
            raise WrongUsage("fault.unknown", known, "./dev.sh verify-setup --self-test")
    return [fault for fault in all_faults() if not words or fault.id in words or topic(fault) in words]


def levels(faults: Sequence[Fault]) -> set[Level]:
    return {fault.level for fault in faults}


def folder(ask: Ask) -> Path:
    """As deep in the project as environments are, since some of their paths are relative."""
    return ask.project.state / "self-test"


def make_victim(ask: Ask, subject: Subject) -> Victim:
    """A hard-linked copy of the environment that is judged."""
    tools = _build.tools(ask)
    original = subject.environment or subject.python.parent.parent
    return Victim(ask.machine, original, folder(ask), tools.uv, dict(tools.variables))


def find(ask: Ask, victim: Victim, fault: Fault, usual: Mapping[str, str]) -> Finding:
    """Put one fault in, look, and take it out again. What is red without it does not count."""
    id, wanted = f"self-test.{fault.id}", f"{fault.expected}: {' or '.join(fault.verdicts)}, and no other line"
    reason = fault.absent(ask.machine) if fault.absent else ""
    if reason:
        return Finding(id=id, verdict="skip", title=fault.title, seen=reason)
    try:
        fault.put(victim)
        report = verification(ask, victim, fault.level)
    except Problem as problem:
        return Finding(id=id, verdict="unknown", title=fault.title, seen=problem.message, remedy=problem.remedy)
    finally:
        victim.restore()
    found = {name: verdict for name, verdict in red(report).items() if usual.get(name) != verdict}
    good = set(found) == {fault.expected} and found[fault.expected] in fault.verdicts
    seen = ", ".join(f"{name}: {verdict}" for name, verdict in found.items()) or "nothing is red"
    return Finding(
        id=id,
        verdict="ok" if good else "fail",
        title=fault.title,
        seen=seen,
        wanted="" if good else wanted,
        seconds=float(report.get("seconds", 0)),
    )


def red(report: Mapping[str, Any]) -> dict[str, str]:
    """Finding id -> verdict, of what is neither ok nor skipped."""
    return {each["id"]: each["verdict"] for each in report["findings"] if each["verdict"] not in ("ok", "skip")}


def verification(ask: Ask, victim: Victim, level: Level) -> dict[str, Any]:
    """What `verify-setup` says of the copy, in a process of its own with the victim's variables and limits."""
    source = str(Path(torch_starter.__file__).parents[1])
    words = [sys.executable, "-I", "-c", START.format(source=source), "verify-setup", "--json", "--python", str(victim.python)]
    words += [f"--{level}"] if level != "default" else []
    done = ask.machine.processes.run([*victim.wrap, *words], env=variables(ask, victim), cwd=victim.here)
    try:
        report = json.loads(done.out)
    except ValueError as error:
        raise CommandFailed(
            "self-test.silent", f"the verification did not answer: {done.err.strip()[-300:]}", "run verify-setup by itself"
        ) from error
    if report["problem"]:
        raise CommandFailed(report["problem"]["code"], report["problem"]["message"], report["problem"]["remedy"])
    return dict(report)


def variables(ask: Ask, victim: Victim) -> dict[str, str]:
    """Those of the user, with a home and a current folder that are the victim's."""
    user = {name: value for name, value in ask.machine.variables.items() if name not in DROPPED}
    return {
        **user,
        "TORCH_STARTER_ROOT": str(ask.project.root),
        "TORCH_STARTER_PLATFORM": ask.project.platform,
        "TORCH_STARTER_VERIFY_TIMEOUT": PROBE_TIMEOUT,
        "HOME": str(victim.home),
        "PWD": str(victim.here),
        "PATH": user.get("PATH", os.defpath),
        **victim.variables,
    }
