"""Judging a target: evidence is gathered, probes are started, checks are asked."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

import msgspec

from torch_starter.core import lock as lock_file
from torch_starter.core import requirements
from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.evidence import Evidence, Installed, Interpreter, PathState
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.probing import Answer, Target, ask_fresh
from torch_starter.core.probing import ask as ask_probes
from torch_starter.core.problems import CouldNotLook, Problem
from torch_starter.core.report import Finding
from torch_starter.core.units import seconds
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.paths import look
from torch_starter.making import uv, variables

START_SECONDS = 20.0  # for an interpreter to say what it is
QUIET = {  # what every probe is started with: no network, and threads that do not spin while others compute
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "WANDB_MODE": "offline",
    "OMP_WAIT_POLICY": "passive",
}
OF_A_JOB = (
    "RANK",
    "WORLD_SIZE",
    "LOCAL_RANK",
    "MASTER_ADDR",
    "PMI_",
    "OMPI_",
    "SLURM_",
)  # they would make one wait for other ranks
CREDENTIALS = ("~/.netrc", "~/.kaggle/kaggle.json", "~/.cache/huggingface/token", "~/.cache/huggingface/stored_tokens")


@dataclass(frozen=True)
class Subject:
    """What is judged. `environment` is set for one of ours; `extras` are those whose packages must be there."""

    python: Path
    accelerator: str
    extras: tuple[str, ...]
    environment: Path | None = None
    lock: Path | None = None


def judge(ask: Ask, subject: Subject, checks: Sequence[Check]) -> list[Finding]:
    """All findings of the given checks on one interpreter; raises CouldNotLook where it does not start."""
    evidence = gather(ask, subject)
    timeout = seconds(ask.spec.verify.timeout)
    alone = {name: value for name, value in evidence.variables.items() if not name.startswith(OF_A_JOB)}
    target = Target(subject.python, {**alone, **QUIET})
    forked = list(dict.fromkeys(probe for check in checks if not check.fresh for probe in probes_of(check, evidence)))
    fresh = list(dict.fromkeys(probe for check in checks if check.fresh for probe in probes_of(check, evidence)))
    preload = "torch" if forked and "torch" in evidence.installed.distributions else None
    answers: dict[str, Answer] = {}
    total = len(forked) + len(fresh) + (preload is not None)
    with ask.progress.stage("proof", total, "things") as stage:
        told: list[str] = []

        def tell(answer: Answer) -> None:
            told.append(answer.probe)
            stage.to(len(told), total, answer.probe.rpartition(".")[2].partition("@")[0].replace("_", " "))

        if forked:
            answers.update(ask_probes(ask.machine, target, forked, preload=preload, timeout=timeout, on_answer=tell))
        for probe in fresh:
            answers[probe] = ask_fresh(ask.machine, target, probe, timeout=timeout)
            tell(answers[probe])
    evidence = replace(evidence, answers=answers)
    return [finding for check in checks for finding in ask_check(check, evidence)]


def ask_check(check: Check, evidence: Evidence) -> list[Finding]:
    """The findings of one check. What it could not see is said; its own mistake is no reason to lose the others."""
    try:
        return list(check.judge(evidence))
    except Absent as reason:
        return [Finding(id=check.id, verdict="skip", title=check.title, seen=str(reason))]
    except Unknown as reason:
        return [Finding(id=check.id, verdict="unknown", title=check.title, seen=str(reason))]
    except Exception as error:  # a check that fails by itself has not looked
        told = f"a mistake in this check: {type(error).__name__}: {error}"
        return [Finding(id=check.id, verdict="unknown", title=check.title, seen=told)]


def probes_of(check: Check, evidence: Evidence) -> Iterable[str]:
    """The probes that a check reads."""
    yield from check.probes
    if check.dynamic_probes is not None:
        yield from check.dynamic_probes(evidence)


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


def all_checks() -> list[Check]:
    """Every check, in the order in which a person reads them."""
    order = ("system", "python", "packages", "imports", "uses", "training", "bridges", "numerics", "gpu", "variables", "caches")
    checks = collect("checks", Check)
    return sorted(checks, key=lambda check: order.index(check.group) if check.group in order else len(order))


def matches(word: str, id: str) -> bool:
    """Whether a word of --only or --skip means an id: itself, a group or family of it, or a pattern with *."""
    return id == word or id.startswith(f"{word}.") or fnmatch(id, word)
