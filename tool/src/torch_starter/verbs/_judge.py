"""Judging a target: evidence is gathered, probes are started, checks are asked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import LEVELS, Check, Level, Rule
from torch_starter.core.later import Later
from torch_starter.core.report import Finding
from torch_starter.verbs._asking import ask_all, light_probes
from torch_starter.verbs._gather import StopsAtStart, Subject, gather
from torch_starter.verbs._reading import begin, read_files


@dataclass(frozen=True)
class Judged:
    """What checks found, and the evidence that they read: None where the interpreter did not come as far."""

    findings: list[Finding]
    evidence: Evidence | None


def judge(
    ask: Ask,
    subject: Subject,
    checks: Sequence[Check],
    level: Level = "default",
    narrowed: Callable[[Evidence], Evidence] = lambda evidence: evidence,
) -> Judged:
    """All findings of the given checks on one interpreter; raises CouldNotLook where it does not answer at all.

    `narrowed` may leave things out of the evidence before any probe is started.
    """
    wanted = {word for check in checks for word in check.reads}
    early = begin(subject, wanted)
    try:
        evidence = narrowed(gather(ask, subject, light_probes(checks)))
    except StopsAtStart as stopped:
        return Judged([stopped.finding], None)
    reading = Later(lambda: read_files(ask, evidence, level, wanted, early.result()))
    answers = ask_all(ask, subject, checks, evidence)
    evidence = replace(evidence, answers={**evidence.answers, **answers}, **reading.result())
    return ask_checks(checks, replace(evidence, causes=tuple(causes(checks, evidence))))


def environment_facts(judged: Judged) -> dict[str, object]:
    """What was judged, for reports: the interpreter and the versions of all packages."""
    if judged.evidence is None:
        return {}
    seen = judged.evidence
    python = f"{seen.interpreter.implementation} {seen.interpreter.version}"
    return {
        "environment": {"python": python, "accelerator": seen.accelerator},
        "packages": dict(sorted(seen.installed.versions.items())),
    }


def ask_checks(checks: Sequence[Check], evidence: Evidence) -> Judged:
    """The findings. What is not red itself explains nothing: two that point to each other do not both vanish."""
    while True:
        findings = [finding for check in checks for finding in ask_check(check, evidence)]
        red = {finding.id for finding in findings if finding.verdict not in ("ok", "skip")}
        kept = tuple(cause for cause in evidence.causes if cause.id in red)
        if kept == evidence.causes:
            return Judged(findings, evidence)
        evidence = replace(evidence, causes=kept)


def causes(checks: Iterable[Check], evidence: Evidence) -> Iterable[Cause]:
    """What explains failures, by the checks that were asked: what another would say is not in the report.

    One that fails, by its own mistake too, explains nothing: what it would have explained is told as it is.
    """
    for check in checks:
        if check.causes is not None:
            with contextlib.suppress(Exception):
                yield from check.causes(evidence)


def ask_check(check: Check, evidence: Evidence) -> list[Finding]:
    """The findings of one check."""
    return guarded(check.id, check.title, lambda: check.judge(evidence))


def guarded(id: str, title: str, judge: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What a judge finds. What it could not see is said; its own mistake is no reason to lose the others."""
    try:
        return list(judge())
    except Absent as reason:
        return [Finding(id=id, verdict="skip", title=title, seen=str(reason))]
    except Unknown as reason:
        return [Finding(id=id, verdict="unknown", title=title, seen=str(reason))]
    except Exception as error:  # a check that fails by itself has not looked
        told = f"a mistake in this check: {type(error).__name__}: {error}"
        return [Finding(id=id, verdict="unknown", title=title, seen=told)]


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


def at_level[Asked: (Check, Rule)](checks: Iterable[Asked], level: Level) -> list[Asked]:
    """The checks that a verification of this level asks."""
    return [check for check in checks if LEVELS.index(check.level) <= LEVELS.index(level)]


def matches(word: str, id: str) -> bool:
    """Whether a word of --only or --skip means an id: itself, a group or family of it, or a pattern with *."""
    return id == word or id.startswith(f"{word}.") or fnmatch(id, word)
