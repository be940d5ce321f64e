"""Advice on profiles of real scripts, as tool/benchmarks/record_profile.py has recorded them: the fault is what is told first."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from shape.source import ROOT, TOOL
from torch_starter.advice._ranking import ranked
from torch_starter.core.profile import Profile

PROFILES, PLANTED = TOOL / "tests" / "profiles", TOOL / "benchmarks" / "planted"
FAULT = re.compile(r"# the fault: (\S+)$")
RECORDED = sorted((PROFILES / "time").glob("*.json"))
HEALTHY = sorted((PROFILES / "healthy").glob("*.json"))


def read(path: Path) -> Profile:
    return msgspec.json.decode(path.read_bytes(), type=Profile)


def planted(script: Path) -> tuple[str, int]:
    """The id of its fault, and the line."""
    found = ((FAULT.search(text), number) for number, text in enumerate(script.read_text().splitlines(), 1))
    return next((fault[1], number) for fault, number in found if fault)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_the_fault_is_told_first_with_its_line(path: Path) -> None:
    script = PLANTED / "time" / f"{path.stem}.py"
    found = ranked(read(path), "time")
    assert found
    fault, line = planted(script)
    assert found[0].id == fault
    assert found[0].place is not None
    assert (found[0].place.file, found[0].place.line) == (str(script.relative_to(ROOT)), line)


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_of_a_healthy_script_nothing_is_told(path: Path) -> None:
    assert ranked(read(path), "time") == []


def test_there_are_recordings_of_all_scripts_and_they_are_small() -> None:
    for folder, recorded in (("time", RECORDED), ("healthy", HEALTHY)):
        assert {path.stem for path in recorded} == {script.stem for script in (PLANTED / folder).glob("*.py")}
    for path in (*RECORDED, *HEALTHY):
        assert path.stat().st_size < 100_000
        assert str(ROOT) not in path.read_text()
        assert "/home/" not in path.read_text()
