"""Gathering what is known of a target before any probe computes: interpreter, packages, lock, variables, folders."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from torch_starter.core import lock as lock_file
from torch_starter.core import requirements
from torch_starter.core.ask import Ask
from torch_starter.core.evidence import Evidence, Installed, Interpreter
from torch_starter.core.probing import Answer, Target, ask_in_turn
from torch_starter.core.problems import CouldNotLook, Problem
from torch_starter.core.report import Finding
from torch_starter.core.units import seconds
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.modules import homonyms
from torch_starter.making import uv, variables
from torch_starter.verbs import _plan
from torch_starter.verbs._paths import paths

FIRST = ("interpreter.describe", "packages.installed")
AT_START = "interpreter.at_start"
BARE_SECONDS = 6.0
START_SECONDS = 20.0  # for an interpreter to say what it is


@dataclass(frozen=True)
class Subject:
    """What is judged. `environment` is set for one of ours; `extras` are those whose packages must be there."""

    python: Path
    accelerator: str
    extras: tuple[str, ...]
    environment: Path | None = None
    lock: Path | None = None


def ours(ask: Ask) -> Subject:
    """The current environment of this project; raises CouldNotLook where there is none yet."""
    now = _plan.current(ask)
    if now is None:
        raise CouldNotLook("environment.missing", "there is no environment yet", "./dev.sh verify-setup")
    environment, record = now
    return Subject(environment / "bin" / "python", record.accelerator, record.extras, environment)


class StopsAtStart(Exception):
    """The interpreter works, and what runs at its start stops it: the finding says so, and nothing else can be asked."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.seen)
        self.finding = finding


def gather(ask: Ask, subject: Subject, light: Sequence[str] = ()) -> Evidence:
    """Everything that is known before a probe computes, and the answers of `light` probes, which need no torch.

    Raises StopsAtStart where what runs at its start stops the interpreter, CouldNotLook where it does not answer at all.
    """
    user = ask.machine.variables
    first = Target(subject.python, dict(user) if subject.environment is None else own_variables(ask, subject, None))
    answers = describe(ask, first, light)
    interpreter_answer, packages = (answers.pop(name) for name in FIRST)
    interpreter = told_by(interpreter_answer, user)
    if not packages.ok:
        raise CouldNotLook(
            "interpreter.packages", f"{subject.python} cannot list its packages: {packages.error}", "./dev.sh setup"
        )
    installed = msgspec.convert(packages.value, Installed)
    lock = subject.lock or ask.project.lock(subject.accelerator)
    text = ask.machine.files.read(lock) or ""
    pins = lock_file.parse(text, f"locks/{lock.name}")
    known = requirements.parse(ask.machine.files.read(ask.project.pyproject))
    ours = subject.environment is not None
    return Evidence(
        facts=ask.facts,
        spec=ask.spec,
        ours=ours,
        interpreter=interpreter,
        installed=installed,
        wanted=known.direct(subject.extras, interpreter.markers),
        extra_of=known.extra_of(subject.extras),
        locked=lock_file.selected(pins, interpreter.markers),
        lock=f"locks/{lock.name}",
        lock_hash=lock_file.digest(text),
        accelerator=subject.accelerator,
        install=install_command(ask, subject.python),
        variables=own_variables(ask, subject, installed.versions.get("torch")) if ours else dict(user),
        user_variables=user,
        paths=paths(ask, subject.environment or Path(interpreter.prefix)),
        start_noise=interpreter_answer.out + interpreter_answer.err,
        folders=scripts(ask, interpreter, installed),
        answers=answers,
    )


def told_by(answer: Answer, user: Mapping[str, str]) -> Interpreter:
    """What the interpreter says of itself, and which other environment is active."""
    interpreter = msgspec.convert(answer.value, Interpreter)
    return msgspec.structs.replace(interpreter, active=active(user, interpreter))


def scripts(ask: Ask, interpreter: Interpreter, installed: Installed) -> dict[str, tuple[str, ...]]:
    """The folders that scripts lie in or are started from, with what hides a module; those of Python itself are no such."""
    root = ask.project.root
    folders = [Path(ask.machine.variables.get("PWD", root)), root, root / "src", root / "examples"]
    modules = [module for each in installed.distributions.values() for module in each.modules]
    own = {os.path.dirname(each.metadata) for each in installed.distributions.values()}
    own |= {folder for folder in interpreter.path if folder.startswith((interpreter.base_prefix, interpreter.prefix))}
    return homonyms(folders, modules, {os.path.realpath(folder) for folder in own})


def active(user: Mapping[str, str], interpreter: Interpreter) -> str:
    """The environment that the user has activated, where that is another one."""
    named = user.get("VIRTUAL_ENV", "")
    return named if named and os.path.realpath(named) != os.path.realpath(interpreter.prefix) else ""


def describe(ask: Ask, target: Target, light: Sequence[str]) -> dict[str, Answer]:
    """What the interpreter is, what is installed, and light probes, all in one start.

    Raises StopsAtStart or CouldNotLook where it does not start.
    """
    limit = min(START_SECONDS, 2 * seconds(ask.spec.verify.timeout))  # twice: what is light is asked in the same start
    answers = ask_in_turn(ask.machine, target, (*FIRST, *light), timeout=limit, within=limit)
    interpreter = answers[FIRST[0]]
    if interpreter.ok:
        return answers
    alone = replace(target, options=("-I", "-S"))  # reads no site-packages: this takes a moment, or does not come at all
    bare = ask_in_turn(ask.machine, alone, [AT_START], timeout=BARE_SECONDS, within=BARE_SECONDS)[AT_START]
    if bare.ok:
        raise StopsAtStart(stopped_at_start(interpreter, [str(path) for path in bare.value["files"]]))
    what = {"hung": f"did not answer within {limit:.0f} s", "crashed": "does not start as a Python 3.8 or newer"}
    detail = (interpreter.err.strip() or interpreter.error).splitlines()
    said = f": {detail[-1][:200]}" if detail else ""
    raise CouldNotLook(
        "interpreter.silent",
        f"{target.python} {what.get(interpreter.outcome, 'does not answer')}{said}",
        f"see what it says: {shlex.quote(str(target.python))} -c 'import sys; print(sys.version)'",
    )


def stopped_at_start(answer: Answer, files: list[str]) -> Finding:
    """The finding for an interpreter that starts with -I -S, and not without: `files` are what it runs or reads then."""
    outcome = {"hung": f"it does not come to its end within {answer.seconds:.0f} s", "crashed": "it ends"}
    said = answer.err.strip().splitlines()
    return Finding(
        id="python.start",
        verdict="crash",
        title="the interpreter starts",
        seen=f"{outcome.get(answer.outcome, 'it fails')} while it starts{f': {said[-1][:160]}' if said else ''}",
        wanted="it starts with -I -S, so one of these is at fault: " + (", ".join(files) or "PYTHONPATH and its like"),
        remedy=f"mv {shlex.quote(files[0])} {shlex.quote(files[0])}.off"
        if files
        else "unset PYTHONPATH PYTHONSTARTUP PYTHONHOME",
    )


def own_variables(ask: Ask, subject: Subject, torch: str | None) -> dict[str, str]:
    """The environment of programs in an environment of ours."""
    spec = variables.of_spec(ask.spec, ask.project, ask.machine.variables, ask.facts[Cpu].usable, torch)
    if subject.environment is None:
        return dict(ask.machine.variables)
    return variables.for_environment(subject.environment, spec, ask.machine.variables)


def install_command(ask: Ask, python: Path) -> str:
    """How a package is put into the target: with the uv that we use, by a path where it is not on PATH."""
    try:
        program = uv.find(ask.project, ask.machine.variables)
    except Problem:
        return f"{shlex.quote(str(python))} -m pip install"
    return f"{typed(ask, program)} pip install --python {shlex.quote(str(python))}"


def typed(ask: Ask, program: Path) -> str:
    """uv as one types it: by name where PATH has it, else by its path, from here where that is shorter."""
    if program.parent != ask.project.state / "uv" / "bin":
        return "uv"
    here = Path(ask.machine.variables.get("PWD", "/"))
    return shlex.quote(str(program.relative_to(here) if program.is_relative_to(here) else program))
