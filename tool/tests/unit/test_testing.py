"""What we ship for tests of your own checks behaves as the real thing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from torch_starter.core.facts import Absent, Facts, Unknown
from torch_starter.facts.disk import Disk
from torch_starter.facts.gpu import Gpu
from torch_starter.testing import NoProgress, evidence, machine_with, recorded_machine


def test_a_machine_has_just_the_facts_that_it_is_given() -> None:
    facts = Facts(machine_with(Disk(free=1), (Gpu, Absent("no driver"))))
    assert facts[Disk].free == 1
    with pytest.raises(Absent, match="no driver"):
        facts[Gpu]


def test_a_machine_without_facts_knows_nothing_instead_of_looking_here() -> None:
    with pytest.raises(Unknown):
        Facts(machine_with())[Disk]


def test_a_recording_is_replayed(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text(json.dumps({"disk": {"free": 7}}))
    assert Facts(recorded_machine(tmp_path))[Disk].free == 7


def test_evidence_is_of_a_healthy_environment_of_ours() -> None:
    given = evidence(installed={"torch": "2.14.1"}, wanted=("torch>=2",))
    assert given.ours
    assert given.installed.versions == {"torch": "2.14.1"}
    assert list(given.wanted) == ["torch"]
    assert given.value("no.such") == {}


def test_progress_that_nobody_looks_at_is_kept() -> None:
    progress = NoProgress()
    progress.say("hello")
    with progress.stage("packages", 3, "things") as stage:
        stage.to(1)
    assert progress.said == ["hello", "packages"]
