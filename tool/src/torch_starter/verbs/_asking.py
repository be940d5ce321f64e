"""Asking the target: which probes the checks name, and in which processes they are answered."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterable, Sequence
from functools import partial

from torch_starter.core.ask import Ask
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.later import Later
from torch_starter.core.probing import MOST_JOBS, Answer, Target, ask_fresh
from torch_starter.core.probing import ask as ask_probes
from torch_starter.core.units import seconds
from torch_starter.verbs._gather import Subject

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
    if not total:
        return {}
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


def light_probes(checks: Iterable[Check]) -> tuple[str, ...]:
    """The probes of quick checks that are known beforehand: they are answered when the interpreter first starts."""
    return tuple(dict.fromkeys(probe for check in checks if check.level == "quick" for probe in check.probes))


def sorted_probes(checks: Sequence[Check], evidence: Evidence) -> tuple[list[str], list[str], list[str]]:
    """The probes of checks, those that are slow first: without torch, beside it, in an interpreter of their own."""
    plain: dict[str, None] = {}
    beside: dict[str, None] = {}
    fresh: dict[str, None] = {}
    for check in checks:
        for probe in (each for each in probes_of(check, evidence) if each not in evidence.answers):
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


def probes_of(check: Check, evidence: Evidence) -> Iterable[str]:
    """The probes that a check reads. Where it cannot say which, it is asked without them, and tells why itself."""
    if any(name not in evidence.installed.distributions for name in check.needs):
        return
    yield from check.probes
    if check.dynamic_probes is not None:
        with contextlib.suppress(Absent, Unknown):
            yield from check.dynamic_probes(evidence)
