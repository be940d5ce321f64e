"""Recordings of real computers: each can be replayed, and is judged without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.checks import gpu, system
from torch_starter.core.facts import Absent, Facts
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.memory import Memory
from torch_starter.facts.system import System
from torch_starter.testing import evidence, findings, recorded_machine
from torch_starter.verbs._judge import ask_check

MACHINES = Path(__file__).parents[1] / "machines"
RECORDED = sorted(path for path in MACHINES.iterdir() if path.is_dir())


def test_there_are_recordings() -> None:
    assert RECORDED


@pytest.mark.parametrize("folder", RECORDED, ids=lambda path: path.name)
def test_every_recording_can_be_replayed_and_judged(folder: Path) -> None:
    facts = Facts(recorded_machine(folder))
    assert facts[Cpu].usable >= 1
    assert facts[Memory].total > 0
    assert facts[System].os in ("Linux", "Darwin")
    given = evidence(machine=recorded_machine(folder))
    verdicts = {finding.verdict for check in system.CHECKS for finding in findings(check, given)}
    assert verdicts <= {"ok", "warn", "skip"}


def test_without_a_gpu_its_checks_are_skipped_with_the_reason() -> None:
    folder = MACHINES / "two-cores-no-gpu"
    with pytest.raises(Absent, match="no NVIDIA driver"):
        Facts(recorded_machine(folder))[Gpu]
    for check in gpu.CHECKS:
        (finding,) = ask_check(check, evidence(machine=recorded_machine(folder)))
        assert (finding.verdict, finding.seen) == ("skip", "no NVIDIA driver is loaded")
