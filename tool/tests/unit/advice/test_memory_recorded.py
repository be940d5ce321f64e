"""Advice on memory, on profiles of real scripts with one fault each: it is told first, at its line."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from shape.source import ROOT, TOOL
from torch_starter.advice._ranking import ranked
from torch_starter.core.profile import Profile

PLANTED = TOOL / "benchmarks" / "planted" / "memory"
RECORDED = sorted((TOOL / "tests" / "profiles" / "memory").glob("*.json"))
FAULT = re.compile(r"# the fault: (\S+)$")


def planted(script: Path) -> tuple[str, int]:
    """The id of its fault, and the line."""
    found = ((FAULT.search(text), number) for number, text in enumerate(script.read_text().splitlines(), 1))
    return next((fault[1], number) for fault, number in found if fault)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_the_fault_is_told_first_with_its_line(path: Path) -> None:
    found = ranked(msgspec.json.decode(path.read_bytes(), type=Profile), "memory")
    assert found
    assert found[0].place is not None
    assert (found[0].id, found[0].place.line) == planted(PLANTED / f"{path.stem}.py")
    assert found[0].place.file == f"{path.stem}.py"
    assert found[0].gain is not None
    assert found[0].gain >= 1.05


def test_there_are_recordings_of_all_scripts_and_they_are_small() -> None:
    assert {path.stem for path in RECORDED} == {script.stem for script in PLANTED.glob("*.py")}
    assert len(RECORDED) >= 6
    for path in RECORDED:
        assert path.stat().st_size < 100_000
        assert str(ROOT) not in path.read_text()
        assert "/home/" not in path.read_text()
