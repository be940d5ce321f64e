"""Gathering what is known of a target before any probe computes: interpreter, packages, lock, variables, folders."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import msgspec

from torch_starter.core import lock as lock_file
from torch_starter.core import requirements
from torch_starter.core.ask import Ask
from torch_starter.core.evidence import Evidence, Installed, Interpreter, PathState
from torch_starter.core.probing import Answer, Target, ask_fresh
from torch_starter.core.problems import CouldNotLook, Problem
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.paths import look
from torch_starter.making import uv, variables
from torch_starter.verbs import _plan

START_SECONDS = 20.0  # for an interpreter to say what it is
CREDENTIALS = ("~/.netrc", "~/.kaggle/kaggle.json", "~/.cache/huggingface/token", "~/.cache/huggingface/stored_tokens")


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


def gather(ask: Ask, subject: Subject) -> Evidence:
    """Everything that is known before a probe computes; raises CouldNotLook where the interpreter does not answer."""
    user = ask.machine.variables
    first = Target(subject.python, dict(user) if subject.environment is None else own_variables(ask, subject, None))
    interpreter_answer = describe(ask, first)
    interpreter = msgspec.convert(interpreter_answer.value, Interpreter)
    packages = ask_fresh(ask.machine, first, "packages.installed", timeout=START_SECONDS)
    if not packages.ok:
        raise CouldNotLook(
            "interpreter.packages", f"{subject.python} cannot list its packages: {packages.error}", "./dev.sh setup"
        )
    installed = msgspec.convert(packages.value, Installed)
    lock = subject.lock or ask.project.lock(subject.accelerator)
    pins = lock_file.parse(ask.machine.files.read(lock) or "", f"locks/{lock.name}")
    known = requirements.parse(ask.machine.files.read(ask.project.pyproject))
    ours = subject.environment is not None
    return Evidence(
        facts=ask.facts,
        spec=ask.spec,
        ours=ours,
        interpreter=interpreter,
        installed=installed,
        wanted=known.direct(subject.extras),
        extra_of=known.extra_of(subject.extras),
        locked=lock_file.selected(pins, interpreter.markers),
        lock=f"locks/{lock.name}",
        accelerator=subject.accelerator,
        install=install_command(ask, subject.python),
        variables=own_variables(ask, subject, installed.versions.get("torch")) if ours else dict(user),
        user_variables=user,
        paths=paths(ask, subject),
        start_noise=interpreter_answer.out + interpreter_answer.err,
    )


def describe(ask: Ask, target: Target) -> Answer:
    """What the interpreter is; raises CouldNotLook where it does not start, hangs, or is no Python."""
    answer = ask_fresh(ask.machine, target, "interpreter.describe", timeout=START_SECONDS)
    if answer.ok:
        return answer
    what = {"hung": f"did not answer within {START_SECONDS:.0f} s", "crashed": "does not start as a Python 3.8 or newer"}
    detail = (answer.err.strip() or answer.error).splitlines()
    said = f": {detail[-1][:200]}" if detail else ""
    raise CouldNotLook(
        "interpreter.silent",
        f"{target.python} {what.get(answer.outcome, 'does not answer')}{said}",
        f"see what it says: {shlex.quote(str(target.python))} -c 'import sys; print(sys.version)'",
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


def paths(ask: Ask, subject: Subject) -> dict[str, PathState]:
    """The state of the folders and files that checks look at."""
    home = ask.machine.variables.get("HOME", "/")
    found = {f"cache {name}": look(variables.cache_path(cache, ask.project, home)) for name, cache in ask.spec.caches.items()}
    for name in CREDENTIALS:
        found[f"credentials {name}"] = look(Path(home) / name[2:])
    found["credentials .env"] = look(ask.project.root / ".env")
    if subject.environment is not None:
        found["environment"] = look(subject.environment)
    return found
