"""`verify-setup`: is this environment whole, and does it compute?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.kinds import Level
    from torch_starter.core.report import Finding, Report
    from torch_starter.verbs._gather import Subject


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _judge, _plan, setup
    from torch_starter.verbs._judge import at_level
    from torch_starter.verbs._selection import explain, listing, select, selected_findings

    checks = _judge.all_checks()
    if ask.flag("list"):
        return listing(checks)
    if ask.text("explain"):
        return explain(checks, str(ask.text("explain")))
    level = asked_level(ask)
    chosen = select(checks, ask.texts("only"), ask.texts("skip"), level)
    if ask.text("python") is None and _plan.current(ask) is None:
        ask.progress.say("There is no environment yet: setting one up.")
        return setup.set_up(ask, at_level(checks, "full" if level == "full" else "default"), "verify-setup")
    subject = foreign(ask) if ask.text("python") else current(ask)
    return report(ask, selected_findings(_judge.judge(ask, subject, chosen, level), ask.texts("only"), ask.texts("skip")))


def asked_level(ask: Ask) -> Level:
    """How thorough: --quick, --full, or between the two; raises WrongUsage for both."""
    from torch_starter.core.problems import WrongUsage

    if ask.flag("quick") and ask.flag("full"):
        raise WrongUsage("verify.level", "--quick and --full exclude each other", "leave one of them out")
    return "quick" if ask.flag("quick") else "full" if ask.flag("full") else "default"


def current(ask: Ask) -> Subject:
    """The environment that set-up made, with the extras that are asked for besides its own."""
    from dataclasses import replace

    from torch_starter.core import requirements
    from torch_starter.verbs import _gather

    subject = _gather.ours(ask)
    known = requirements.parse(ask.machine.files.read(ask.project.pyproject)).known_extras(ask.texts("extra"))
    return replace(subject, extras=tuple(dict.fromkeys([*subject.extras, *known])))


def foreign(ask: Ask) -> Subject:
    """Any other interpreter."""
    import os

    from torch_starter.core import requirements
    from torch_starter.core.problems import WrongUsage
    from torch_starter.verbs import _gather, _plan

    python = ask.path("python")
    assert python is not None
    if not python.is_file() or not os.access(python, os.X_OK):
        why = "is a folder" if python.is_dir() else "is not there" if not python.exists() else "is not a program"
        raise WrongUsage(
            "interpreter.missing", f"{python} {why}", "give the path of an interpreter, such as /path/to/venv/bin/python"
        )
    extras = requirements.parse(ask.machine.files.read(ask.project.pyproject)).known_extras(ask.texts("extra"))
    return _gather.Subject(python, _plan.accelerator(ask).name, extras)


def report(ask: Ask, findings: list[Finding]) -> Report:
    """The answer."""
    from torch_starter.core.report import Report

    return Report(command="verify-setup", findings=findings, facts=ask.facts.as_dict())


VERB = Verb(
    name="verify-setup",
    summary="Prove the environment: packages, imports, real operations, numerics, GPUs, caches. Sets one up where there is none.",
    example="./dev.sh verify-setup --python /path/to/venv/bin/python",
    run=run,
    options=(
        Option("quick", "Ask what needs no torch: about a second.", "flag"),
        Option("full", "Ask everything, also what takes long: compiling, every file's hash.", "flag"),
        Option("only", "Ask only these checks: an id, a group, or a pattern. Repeat, or separate by commas.", "texts", "ID"),
        Option("skip", "Leave these checks out.", "texts", "ID"),
        Option("list", "List the checks.", "flag"),
        Option("explain", "Say what a check looks at, and why.", "text", "ID"),
        Option("python", "Judge this interpreter's environment instead of ours.", "path", "PATH"),
        Option("extra", "Judge the packages of this extra too.", "texts", "NAME"),
    ),
)
