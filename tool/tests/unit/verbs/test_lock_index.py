"""What the index tells a search: older releases, dates, files, and what was taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from torch_starter.core.spec import Accelerator
from torch_starter.search.world import Candidate
from unit.verbs.benches import Resolving, TryingAside, bench

ONE, TWO = Candidate({"alpha": "1.0"}), Candidate({"alpha": "1.1"})
NOTHING: frozenset[str] = frozenset()
PYLOCK = """\
lock-version = "1.0"
[[packages]]
name = "alpha"
version = "1.1"
wheels = [{ url = "https://example.org/alpha-1.1-py3-none-any.whl", upload-time = 2026-01-02T00:00:00Z, hashes = {} }]
[[packages]]
name = "beta"
version = "1.0"
wheels = [{ url = "https://example.org/beta-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", hashes = {} }]
"""


@pytest.mark.parametrize(
    ("version", "line", "below"),
    [("1.4.2", True, "1.4"), ("1.4.2", False, "1.4.2"), ("2.14.1+cpu", False, "2.14.1"), ("1!2.3", True, "1!2.3")],
)
def test_the_next_older_release_is_asked_for_in_its_range(tmp_path: Path, version: str, line: bool, below: str) -> None:
    resolving = Resolving(older_ones={"alpha": "1.0", "beta": "1.0"})
    assert bench(tmp_path, resolving).older("alpha", version, line) == "1.0"
    assert bench(tmp_path, resolving).older("beta", version, line) == "1.0"
    assert resolving.asked == [("older", Requirement("alpha>=1,<2"), "alpha", below), ("older", None, "beta", below)]


def test_a_release_that_is_not_older_is_none(tmp_path: Path) -> None:
    resolving = Resolving(older_ones={"alpha": "1.4"})
    assert bench(tmp_path, resolving).older("alpha", "1.4", False) is None
    assert bench(tmp_path, resolving).older("beta", "1.4", False) is None


def test_when_they_were_published_is_told_by_the_index(tmp_path: Path) -> None:
    released = bench(tmp_path, Resolving(files=PYLOCK)).released(Candidate({}, "text"))
    assert released == {"alpha": datetime(2026, 1, 2, tzinfo=UTC)}


def test_the_lock_as_it_was_is_asked_once_for_what_was_taken_back(tmp_path: Path) -> None:
    resolving = Resolving(gone=(("alpha", "1.0", "it loses data"),))
    one = bench(tmp_path, resolving)
    one.ask.machine.files.write(one.ask.project.lock("cpu"), "the old lock")
    assert one.taken_back() == [("alpha", "1.0", "it loses data")]
    one.ask.machine.files.write(one.ask.project.lock("cpu"), "the new lock")
    assert one.taken_back() == [("alpha", "1.0", "it loses data")]
    assert resolving.asked == [("yanked", "the old lock")]
    assert bench(tmp_path / "without a lock", resolving).taken_back() == []


@pytest.mark.parametrize(
    ("architectures", "failing"),
    [(("x86_64",), []), (("aarch64",), ["wheels.aarch64"]), (("x86_64", "aarch64"), ["wheels.aarch64"])],
)
def test_a_set_for_elsewhere_is_judged_by_its_files(tmp_path: Path, architectures: tuple[str, ...], failing: list[str]) -> None:
    trying = TryingAside(tmp_path)
    one = bench(tmp_path, Resolving(files=PYLOCK), trying, Accelerator(architectures=architectures))
    one.elsewhere = True
    trial = one.examine(TWO, NOTHING)
    assert [failure.id for failure in trial.failures] == failing
    assert [suspect.package for failure in trial.failures for suspect in failure.suspects] == ["beta"] * len(failing)
    assert trial.good == (not failing)
    assert trying.attempts == []
