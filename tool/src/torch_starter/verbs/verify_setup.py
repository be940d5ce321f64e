"""`verify-setup`: is this environment whole, and does it compute?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch_starter.core.ask import Ask
    from torch_starter.core.kinds import Check, Level
    from torch_starter.core.report import Report
    from torch_starter.verbs._gather import Subject


ABOUT_RULES = ("list", "explain", "only", "skip")  # what may mean rules of container files


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _judge, _plan, _settle, setup
    from torch_starter.verbs._selection import select

    checks = _judge.all_checks()
    if any(ask.options.get(name) for name in ABOUT_RULES) or ask.text("files") is not None:
        from torch_starter.verbs import _files  # the reading of files is not paid for by who asks nothing of them

        if (answer := _files.answer(ask, checks)) is not None:
            return answer
    _settle.settle(ask)
    if ask.flag("self-test"):
        from torch_starter.verbs import _self_test

        return _self_test.run(ask, foreign(ask) if ask.text("python") else current(ask))
    level = asked_level(ask)
    chosen = select(checks, ask.texts("only"), ask.texts("skip"), level)
    if ask.text("python") is None and _plan.current(ask) is None:
        ask.progress.say("There is no environment yet: setting one up.")
        return setup.set_up(ask, _judge.at_level(checks, "full" if level == "full" else "default"), "verify-setup")
    subject = foreign(ask) if ask.text("python") else current(ask)
    return verify(ask, subject, chosen, level)


def verify(ask: Ask, subject: Subject, chosen: Sequence[Check], level: Level) -> Report:
    """Judge; with --fix mend and judge again; remember a pass, and with --since-last say what changed since the one before."""
    from dataclasses import replace

    from torch_starter.core.report import Report
    from torch_starter.verbs import _commands, _judge, _selection, _since

    narrow = _selection.narrowed(ask.texts("only"))
    judged = _judge.judge(ask, subject, chosen, level, narrow)
    report = Report(command="verify-setup")
    if ask.flag("fix"):
        from torch_starter.verbs import _mend

        report.changes, report.notes = _mend.mend(ask, subject, chosen, judged)
        if report.changes and not ask.flag("dry-run"):
            ask = replace(ask)  # which reads the spec and the machine anew
            judged = _judge.judge(ask, subject, chosen, level, narrow)
    report.findings = judged.findings
    if judged.evidence:  # else what stops the interpreter is the answer, whatever was asked
        report.findings = _selection.selected_findings(judged.findings, ask.texts("only"), ask.texts("skip"))
    if ask.flag("commands"):
        report.findings = [*report.findings, *_commands.own_commands(ask, subject)]
    report.facts = {**ask.facts.as_dict(), **_judge.environment_facts(judged)}
    mendable = [finding for finding in report.findings if finding.fixable and finding.verdict not in ("ok", "skip")]
    if mendable and not ask.flag("fix"):
        report.notes.append(f"--fix mends {len(mendable)} of these; --fix --dry-run says how.")
    if judged.evidence:
        partly = level == "quick" or bool(ask.texts("only") or ask.texts("skip"))
        _since.tell(ask, subject, judged.evidence, report, partly)
    return report


def asked_level(ask: Ask) -> Level:
    """How thorough: --quick, --full, or between the two; raises WrongUsage for flags that exclude or need each other."""
    from torch_starter.core.problems import WrongUsage

    if ask.flag("dry-run") and not ask.flag("fix"):
        raise WrongUsage("verify.dry-run", "--dry-run says what --fix would do", "add --fix, or leave --dry-run out")

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
    environment = python.parent.parent
    record = _plan.environments(ask).record(environment)
    if record is not None and environment.is_relative_to(ask.project.home):  # one that set-up made, current or not
        return _gather.Subject(
            python, record.accelerator, tuple({**dict.fromkeys(record.extras), **dict.fromkeys(extras)}), environment
        )
    return _gather.Subject(python, _plan.accelerator(ask).name, extras)


VERB = Verb(
    name="verify-setup",
    summary="Prove the environment: packages, imports, real operations, numerics, GPUs, caches. Sets one up where there is none.",
    example="./dev.sh verify-setup --python /path/to/venv/bin/python",
    run=run,
    changes=True,
    options=(
        Option("quick", "Ask what needs no torch: about a second.", "flag"),
        Option("full", "Ask everything, also what takes long: compiling, every file's hash.", "flag"),
        Option("only", "Ask only these checks: an id, a group, or a pattern. Repeat, or separate by commas.", "texts", "ID"),
        Option("skip", "Leave these checks out.", "texts", "ID"),
        Option("list", "List the checks.", "flag"),
        Option("explain", "Say what a check looks at, and why.", "text", "ID"),
        Option("fix", "Mend what can be mended, then ask again; with --dry-run only say what.", "flag"),
        Option("commands", "Run the commands of [verify] in torch-starter.toml too, in that environment.", "flag"),
        Option("since-last", "Say what changed since it last passed.", "flag"),
        Option("self-test", "Put faults into a copy of the environment, and see that each is found.", "flag"),
        Option("files", "Judge the container files of this folder, of any project, or one file; no environment.", "path", "DIR"),
        Option("python", "Judge this interpreter's environment instead of ours.", "path", "PATH"),
        Option("extra", "Judge the packages of this extra too.", "texts", "NAME"),
        Option("html", "Write the answer as a page to this file, too.", "path", "FILE"),
        Option("report", "Print a text for an issue, without names, addresses and secrets.", "flag"),
    ),
)
