"""Judging a target: evidence is gathered, probes are started, checks are asked."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import partial

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import LEVELS, Check, Level
from torch_starter.core.later import Later
from torch_starter.core.probing import MOST_JOBS, Answer, Target, ask_fresh
from torch_starter.core.probing import ask as ask_probes
from torch_starter.core.report import Finding
from torch_starter.core.units import seconds
from torch_starter.verbs._gather import StopsAtStart, Subject, gather
from torch_starter.verbs._reading import begin, read_files

QUIET = {  # what every probe is started with: no network, and threads that do not spin while others compute
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "WANDB_MODE": "offline",
    "OMP_WAIT_POLICY": "passive",
}
WARM = ("torch._dynamo",)  # the first optimizer imports it: 3 s of a CPU, once for all instead of in each probe
FEW = 3  # so many probes import what they need themselves sooner
SLOW = ("hugging_face.", "science.")  # started first, so that nothing waits for them at the end
OF_A_JOB = (
    "RANK",
    "WORLD_SIZE",
    "LOCAL_RANK",
    "MASTER_ADDR",
    "PMI_",
    "OMPI_",
    "SLURM_",
)  # they would make one wait for other ranks


@dataclass(frozen=True)
class Judged:
    """What checks found, and the evidence that they read: None where the interpreter did not come as far."""

    findings: list[Finding]
    evidence: Evidence | None


def judge(ask: Ask, subject: Subject, checks: Sequence[Check], level: Level = "default") -> Judged:
    """All findings of the given checks on one interpreter; raises CouldNotLook where it does not answer at all."""
    wanted = {word for check in checks for word in check.reads}
    early = begin(subject, wanted)
    try:
        evidence = gather(ask, subject)
    except StopsAtStart as stopped:
        return Judged([stopped.finding], None)
    reading = Later(lambda: read_files(ask, evidence, level, wanted, early.result()))
    answers = ask_all(ask, subject, checks, evidence)
    evidence = replace(evidence, answers=answers, **reading.result())
    return ask_checks(checks, replace(evidence, causes=tuple(causes(checks, evidence))))


def ask_checks(checks: Sequence[Check], evidence: Evidence) -> Judged:
    """The findings. What is not red itself explains nothing: two that point to each other do not both vanish."""
    while True:
        findings = [finding for check in checks for finding in ask_check(check, evidence)]
        red = {finding.id for finding in findings if finding.verdict not in ("ok", "skip")}
        kept = tuple(cause for cause in evidence.causes if cause.id in red)
        if kept == evidence.causes:
            return Judged(findings, evidence)
        evidence = replace(evidence, causes=kept)


def ask_all(ask: Ask, subject: Subject, checks: Sequence[Check], evidence: Evidence) -> dict[str, Answer]:
    """The answers of all probes that the checks name.

    Those that need torch are forked from a process that has imported it, and meanwhile the others from one that has not.
    """
    timeout = seconds(ask.spec.verify.timeout)
    alone = {name: value for name, value in evidence.variables.items() if not name.startswith(OF_A_JOB)}
    target = Target(subject.python, {**alone, **QUIET})
    plain, beside, fresh = sorted_probes(checks, evidence)
    preload = "torch" if beside and "torch" in evidence.installed.distributions else None
    total = len(plain) + len(beside) + len(fresh) + (preload is not None)
    with ask.progress.stage("proof", total, "things") as stage:
        told: list[str] = []

        def tell(answer: Answer) -> None:
            told.append(answer.probe)
            stage.to(len(told), total, answer.probe.rpartition(".")[2].partition("@")[0].replace("_", " "))

        begin = partial(ask_probes, ask.machine, target, timeout=timeout, on_answer=tell)
        meanwhile = Later(lambda: begin(plain, preload=None, jobs=1 if beside else MOST_JOBS) if plain else {})
        answers = dict(begin(beside, preload=preload, warm=WARM if len(beside) > FEW else ())) if beside else {}
        answers.update(meanwhile.result())
        for probe in fresh:
            answers[probe] = ask_fresh(ask.machine, target, probe, timeout=timeout)
            tell(answers[probe])
    return answers


def sorted_probes(checks: Sequence[Check], evidence: Evidence) -> tuple[list[str], list[str], list[str]]:
    """The probes of checks, those that are slow first: without torch, beside it, in an interpreter of their own."""
    plain: dict[str, None] = {}
    beside: dict[str, None] = {}
    fresh: dict[str, None] = {}
    for check in checks:
        for probe in probes_of(check, evidence):
            kind = fresh if check.fresh else plain if check.level == "quick" or without_torch(probe) else beside
            kind[probe] = None
    return (
        sorted(plain, key=lambda probe: not probe.startswith(SLOW)),
        sorted(beside, key=lambda probe: not probe.startswith(SLOW)),
        list(fresh),
    )


def without_torch(probe: str) -> bool:
    """Whether a probe is of a file that says of itself that none of its probes imports torch."""
    file = probe.partition("@")[0].partition(".")[0]
    return bool(file) and getattr(importlib.import_module(f"torch_starter.probes.{file}"), "WITHOUT_TORCH", False)


def causes(checks: Iterable[Check], evidence: Evidence) -> Iterable[Cause]:
    """What explains failures, by the checks that were asked: what another would say is not in the report."""
    for check in checks:
        if check.causes is not None:
            with contextlib.suppress(Absent, Unknown):
                yield from check.causes(evidence)


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
    """The probes that a check reads. Where it cannot say which, it is asked without them, and tells why itself."""
    yield from check.probes
    if check.dynamic_probes is not None:
        with contextlib.suppress(Absent, Unknown):
            yield from check.dynamic_probes(evidence)


ORDER = (
    "system",
    "python",
    "packages",
    "loader",
    "imports",
    "uses",
    "training",
    "compile",
    "distributed",
    "bridges",
    "numerics",
    "gpu",
    "variables",
    "caches",
    "credentials",
    "network",
)


def all_checks() -> list[Check]:
    """Every check, in the order in which a person reads them."""
    checks = collect("checks", Check)
    return sorted(checks, key=lambda check: ORDER.index(check.group) if check.group in ORDER else len(ORDER))


def default_checks() -> list[Check]:
    """What an environment must pass to be made current."""
    return at_level(all_checks(), "default")


def at_level(checks: Iterable[Check], level: Level) -> list[Check]:
    """The checks that a verification of this level asks."""
    return [check for check in checks if LEVELS.index(check.level) <= LEVELS.index(level)]


def matches(word: str, id: str) -> bool:
    """Whether a word of --only or --skip means an id: itself, a group or family of it, or a pattern with *."""
    return id == word or id.startswith(f"{word}.") or fnmatch(id, word)
