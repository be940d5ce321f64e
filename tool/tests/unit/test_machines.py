"""Recordings of real computers: each can be replayed, and is judged without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.checks import disk, gpu, limits, memory, processors, system
from torch_starter.core.facts import Absent, Facts
from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.memory import Memory
from torch_starter.facts.system import System
from torch_starter.testing import NoProcesses, evidence, recorded_machine
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
    checks = [*system.CHECKS, *processors.CHECKS, *memory.CHECKS, *limits.CHECKS, disk.CHECKS[0]]
    told = [finding for check in checks for finding in ask_check(check, given)]
    assert {finding.verdict for finding in told if finding.seen != "not in this recording"} <= {"ok", "warn", "skip"}


def test_a_recording_of_an_older_release_can_still_be_read() -> None:
    """What was not told then is not known, and is no fault."""
    old: dict[str, object] = {
        "cpu": {"affinity": 2, "count": 2, "model": "x", "quota": None},
        "disk": {"free": 57509240832},
        "limits": {"open_files": 20000, "stack": 8388608},
        "memory": {"available": 24581881856, "limit": None, "shm": 25276510208, "total": 25276510208},
    }
    given = evidence(machine=Machine(NoProcesses(), LocalFiles(), {}, old))
    checks = [*limits.CHECKS, *memory.CHECKS, *processors.CHECKS, disk.CHECKS[0]]
    told = {finding.id: finding.verdict for check in checks for finding in ask_check(check, given)}
    assert {id for id, verdict in told.items() if verdict == "unknown"} == {"system.pids", "system.oom-kills"}
    assert set(told.values()) <= {"ok", "skip", "unknown"}


def test_without_a_gpu_its_checks_are_skipped_with_the_reason() -> None:
    folder = MACHINES / "two-cores-no-gpu"
    with pytest.raises(Absent, match="no NVIDIA driver"):
        Facts(recorded_machine(folder))[Gpu]
    for check in gpu.CHECKS:
        (finding,) = ask_check(check, evidence(machine=recorded_machine(folder)))
        assert (finding.verdict, finding.seen) == ("skip", "no NVIDIA driver is loaded")
