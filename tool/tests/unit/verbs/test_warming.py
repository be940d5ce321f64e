"""What of a lock is not in uv's cache, and in what words that is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from torch_starter.making.build import Plan, Tools
from torch_starter.verbs._warming import Wanted, not_unpacked, planned, to_fetch
from torch_starter.verbs._warming_hub import Coming, Repository, finding

PLAN = Plan("cpu", "", (), Path("python"), Path("cpu.txt"), "", Path("env"))
WANTED = Wanted(PLAN, Tools(Path("uv"), {}), {"alpha": "1.0", "beta": "2.0"}, {"alpha": 1000, "beta": 5_000_000}, 9)


class Told:
    """A stage that keeps what it was told."""

    def __init__(self) -> None:
        self.at: list[tuple[float, float | None]] = []

    def to(self, done: float, total: float | None = None, detail: str = "") -> None:
        self.at.append((done, total))


def test_a_wheel_counts_by_name_and_version_however_they_are_written() -> None:
    locked = {"typing-extensions": "4.12.0", "torch": "2.14.1+cpu", "alpha": "1.0"}
    there = frozenset(
        {"typing_extensions-4.12.dist-info", "torch-2.14.1.dist-info", "alpha-1.0.post1.dist-info", "odd.dist-info"}
    )
    assert not_unpacked(locked, there) == {"torch": "2.14.1+cpu", "alpha": "1.0"}


def test_how_much_is_to_be_fetched_is_told() -> None:
    assert to_fetch(WANTED) == "2 of 9 packages, 5.0 MB"
    assert to_fetch(replace(WANTED, sizes={"alpha": 1000})) == "2 of 9 packages, 1 kB and 1 of unknown size"
    assert to_fetch(replace(WANTED, sizes={})) == "2 of 9 packages"


def test_the_largest_are_named_first_and_the_rest_counted() -> None:
    lacking = {f"p{number}": "1" for number in range(9)}
    changes = planned(replace(WANTED, lacking=lacking, sizes={"p5": 7}))
    assert [change.name for change in changes] == ["p5", "p0", "p1", "p2", "p3", "p4", "3 more"]


def test_progress_is_of_all_repositories_together_and_noise_does_not_matter() -> None:
    repositories = [Repository("model", "org/a", "main"), Repository("dataset", "org/b", "main")]
    stage = Told()
    coming = Coming(stage, repositories)
    lines = (
        '{"number": 0, "files": 2, "bytes": 30, "lacking": 1, "lacking_bytes": 20}',
        "noise",
        '{"number": 7}',
        "[]",
        '{"number": 0, "at": 15}',
        '{"number": 0, "outcome": "fetched", "words": ""}',
    )
    for line in lines:
        coming.read(line)
    assert stage.at == [(0, 20), (15, 20), (20, 20)]
    assert finding(repositories[0], "").seen == "2 files, 30 B: 1 files, 20 B fetched"


@pytest.mark.parametrize(
    ("outcome", "verdict"), [("denied", "fail"), ("network", "unknown"), ("new word", "fail"), ("", "crash")]
)
def test_how_it_went_has_a_verdict_and_a_remedy(outcome: str, verdict: str) -> None:
    told = finding(Repository("model", "org/a", "main", outcome=outcome, words="at https://me:secret@host/"), "Killed")
    assert (told.id, told.verdict, bool(told.remedy)) == ("models.org/a", verdict, True)
    assert "secret" not in told.seen
