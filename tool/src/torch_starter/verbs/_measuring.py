"""Measuring interpreters: one, or two in turn; what was measured becomes a run that can be kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.evidence import Evidence
from torch_starter.core.history import Run
from torch_starter.core.kinds import Benchmark
from torch_starter.core.probing import Target
from torch_starter.core.probing import ask as ask_probes
from torch_starter.core.report import Finding
from torch_starter.verbs import _bed, _gather, _measured, _runs, _takes
from torch_starter.verbs._asking import OF_A_JOB
from torch_starter.verbs._gather import Subject
from torch_starter.verbs._takes import How, Side

QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "WANDB_MODE": "offline",
}  # no network; how threads wait stays as the user has it
IN_EFFECT = "settings.in_effect"


@dataclass(frozen=True)
class Prepared:
    """An interpreter that is about to be measured: what is planned, why some is not, and the settings that are in effect."""

    evidence: Evidence
    side: Side
    skipped: list[Finding]
    settings: dict[str, str]

    def findings(self) -> list[Finding]:
        """What does not apply, and what failed."""
        return [*self.skipped, *_measured.failures(self.side.takes)]

    def run(self, ask: Ask, name: str, suite: str) -> Run:
        """What was measured by now."""
        found = _measured.measurements(self.side.takes)
        return _runs.make(ask, self.evidence, self.settings, found, name=name, suite=suite)


def prepare(ask: Ask, subject: Subject, chosen: Sequence[Benchmark], how: How) -> Prepared:
    """Look at an interpreter, and plan what is to be taken in it."""
    evidence = _gather.gather(ask, subject)
    start = target(subject, evidence)
    bed = _bed.make_bed(ask, evidence, start, quick=how is _takes.QUICK)
    takes, skipped = _takes.plan(chosen, bed, how)
    preload = "torch" if "torch" in evidence.installed.distributions else None
    side = Side(start, takes, preload)
    told = ask_probes(ask.machine, start, [IN_EFFECT], preload=preload, timeout=60.0)[IN_EFFECT]
    return Prepared(evidence, side, skipped, msgspec.convert(told.value, dict[str, str]))


def target(subject: Subject, evidence: Evidence) -> Target:
    """The interpreter, with the variables that a training would have."""
    alone = {name: value for name, value in evidence.variables.items() if not name.startswith(OF_A_JOB)}
    return Target(subject.python, {**alone, **QUIET})
