"""What is said of a search that found nothing, or not all; and which files it changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from torch_starter.core.trial import Failure, Suspect, Trial
from torch_starter.search import holds as held
from torch_starter.search.holds import Hold
from torch_starter.search.search import Outcome
from torch_starter.search.world import Candidate
from torch_starter.verbs import _settled_update as settled
from torch_starter.verbs._updating import Request, dated
from unit.answering import Answering, asking
from unit.verbs.benches import bench, locked, searched, update

FOUND = Candidate({"alpha": "1.1"}, "the set")
FAILURE = Failure(
    "imports.alpha",
    "AttributeError: gone",
    (Suspect("alpha", "raised", ""), Suspect("beta", "concerned", ""), Suspect("z", "needed", "")),
)
FIRST = Trial(versions={"alpha": "1.3", "beta": "2.0"}, failures=(FAILURE, Failure("training.step", "l")), whole=True)
CLOSEST = Trial(versions={"alpha": "1.2", "beta": "2.0"}, failures=(FAILURE,), whole=True)
STUCK = Outcome(first=FIRST, closest=CLOSEST, stuck=(FAILURE,), tried={"imports.alpha": ["alpha 1.2", "alpha 1.0", "alpha 1.2"]})
HELD = Hold("alpha", "<1.2", "imports.alpha", "it failed", "2026-01-01")


@pytest.mark.parametrize(
    ("outcome", "dry", "found"),
    [
        (Outcome(found=FOUND), False, []),
        (Outcome(found=FOUND), True, []),
        (Outcome(found=FOUND, out_of_time=True), False, [("lock.budget.cpu", "warn")]),
        (Outcome(found=FOUND, out_of_time=True), True, []),
        (Outcome(out_of_time=True), False, [("lock.budget.cpu", "warn")]),
        (Outcome(out_of_time=True), True, []),
        (STUCK, False, [("lock.no-working-set.cpu", "fail")]),
        (STUCK, True, [("lock.no-working-set.cpu", "fail")]),
        (Outcome(misfit=True), False, [("lock.no-working-set.cpu", "fail")]),
    ],
)
def test_only_what_a_person_must_see_to_is_a_finding(
    tmp_path: Path, outcome: Outcome, dry: bool, found: list[tuple[str, str]]
) -> None:
    one = bench(tmp_path)
    one.dry = dry
    assert [(each.id, each.verdict) for each in settled.failures(searched(one, outcome))] == found


def test_where_the_time_was_over_before_anything_was_proven_it_says_so(tmp_path: Path) -> None:
    (found,) = settled.failures(searched(bench(tmp_path), Outcome(out_of_time=True)))
    (better,) = settled.failures(searched(bench(tmp_path), Outcome(found=FOUND, out_of_time=True)))
    assert "before a newer set was proven" in found.seen
    assert "a newer set may work" in better.seen


def test_where_nothing_works_it_names_what_contradicts_what(tmp_path: Path) -> None:
    found = settled.no_way_out(searched(bench(tmp_path), STUCK))
    assert found.seen == "the closest of 0 fails imports.alpha: AttributeError: gone"
    assert (
        found.wanted == "imports.alpha fails with alpha 1.3, beta 2.0, alpha 1.2, alpha 1.0; pyproject.toml asks for alpha<2,>=1"
    )
    assert found.remedy == "widen in pyproject.toml the range of alpha, then ./dev.sh lock-update"


def test_many_that_were_tried_are_told_by_their_number(tmp_path: Path) -> None:
    many = replace(STUCK, tried={"imports.alpha": [f"alpha 1.{number}" for number in range(9)]})
    assert settled.contradiction(searched(bench(tmp_path), many), many)[0].endswith("alpha 1.4, alpha 1.5 and 3 more")


def test_where_no_range_of_the_project_is_in_the_way_none_is_named(tmp_path: Path) -> None:
    silent = Outcome(closest=CLOSEST, stuck=(Failure("commands.1", "l", (Suspect("z", "needed", ""),)),))
    found = settled.no_way_out(searched(bench(tmp_path), silent))
    assert found.remedy == "widen in pyproject.toml the range of a package, then ./dev.sh lock-update"
    assert "asks for" not in found.wanted


def test_where_no_releases_agree_it_says_that(tmp_path: Path) -> None:
    assert "no releases agree with each other" in settled.no_way_out(searched(bench(tmp_path), Outcome(misfit=True))).seen


def test_how_it_went_is_told_shortly(tmp_path: Path) -> None:
    one = bench(tmp_path)
    assert settled.story(searched(one)) == []
    one.tried = {"a"}
    row = searched(one, Outcome(found=FOUND, first=FIRST), seconds=90.0)
    assert settled.story(row) == ["cpu: the newest set fails imports.alpha, training.step", "cpu: 1 trial in 1.5 min"]
    one.tried = {"a", "b"}
    assert settled.story(searched(one, seconds=6.0)) == ["cpu: 2 trials in 0.1 min"]


def test_a_dry_run_that_does_not_know_says_what_would_be_tried(tmp_path: Path) -> None:
    one = bench(tmp_path)
    one.dry = True
    assert settled.story(searched(one, Outcome())) == [
        "cpu: would be tried: alpha 1.1 (now 1.0); what does not work is held back"
    ]
    same = searched(one, Outcome(), before={"alpha": "1.1"})
    assert "the set of the lock, which no kept trial tells of" in settled.story(same)[0]
    assert not settled.story(searched(one))


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (["alpha"], None),
        (["alpha", "gama"], ("gama", "./dev.sh lock-update --package gamma")),
        (["elsewhere"], ("elsewhere", "./dev.sh add elsewhere")),
    ],
)
def test_a_package_that_no_lock_has_is_named(tmp_path: Path, wanted: list[str], told: tuple[str, str] | None) -> None:
    ask = asking(tmp_path, Answering())
    ask.machine.files.write(ask.project.lock("cpu"), locked("alpha==1", "gamma==2"))
    assert settled.unlocked(ask, wanted, ("cpu", "cu130")) == told


def paths(run: object) -> dict[str, tuple[str | None, str | None]]:
    return {edit.path: (edit.before, edit.after) for edit in run.edits()}  # type: ignore[attr-defined]


def test_what_changes_is_written_and_what_it_rests_on_is_guarded(tmp_path: Path) -> None:
    run = update(tmp_path, searched(bench(tmp_path), text="the new lock", holds=(HELD,)))
    own = msgspec.structs.replace(HELD, accelerators=("cpu",))
    unchanged = (run.texts["pyproject.toml"],) * 2
    assert paths(run) == {
        "locks/cpu.txt": ("the old lock", "the new lock"),
        "locks/holds.toml": (None, held.write([own])),
        "pyproject.toml": unchanged,
    }
    assert paths(update(tmp_path, searched(bench(tmp_path)))) == {"pyproject.toml": unchanged}


def test_holds_that_stay_are_not_written_again(tmp_path: Path) -> None:
    run = update(tmp_path, searched(bench(tmp_path), text="the new lock", holds=(HELD,)), before=[HELD])
    assert "locks/holds.toml" not in paths(run)


def test_where_a_package_is_added_all_locks_must_be_found(tmp_path: Path) -> None:
    request = Request("add", ("cpu", "cu130"), pyproject="with it", finished=lambda versions: f"with it {versions['alpha']}")
    one, other = searched(bench(tmp_path), text="new"), searched(bench(tmp_path), Outcome())
    assert paths(update(tmp_path, one, other, request=request)) == {}
    assert paths(update(tmp_path, one, request=request))["pyproject.toml"][1] == "with it 1.1"
    plain = Request("remove", ("cpu",), pyproject="without it")
    assert paths(update(tmp_path, one, request=plain))["pyproject.toml"][1] == "without it"


def test_a_new_hold_is_dated_and_an_old_one_keeps_its_date() -> None:
    assert dated(HELD) is HELD
    new = dated(Hold("a", "<1", "c", "e", ""))
    assert len(new.date.split("-")) == 3
