"""Judging a target: evidence is gathered, probes are started, checks are asked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatch

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.probing import Answer, Target, ask_fresh
from torch_starter.core.probing import ask as ask_probes
from torch_starter.core.report import Finding
from torch_starter.core.units import seconds
from torch_starter.verbs._gather import Subject, gather

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
    """The probes that a check reads. Where it cannot say which, it is asked without them, and tells why itself."""
    yield from check.probes
    if check.dynamic_probes is not None:
        with contextlib.suppress(Absent, Unknown):
            yield from check.dynamic_probes(evidence)


def all_checks() -> list[Check]:
    """Every check, in the order in which a person reads them."""
    order = ("system", "python", "packages", "imports", "uses", "training", "bridges", "numerics", "gpu", "variables", "caches")
    checks = collect("checks", Check)
    return sorted(checks, key=lambda check: order.index(check.group) if check.group in order else len(order))


def matches(word: str, id: str) -> bool:
    """Whether a word of --only or --skip means an id: itself, a group or family of it, or a pattern with *."""
    return id == word or id.startswith(f"{word}.") or fnmatch(id, word)
