"""What an update answers: what changed in which locks, what is held, dropped and taken back, and what it took."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from torch_starter.core.report import Report
from torch_starter.making.release_notes import Step, Updated
from torch_starter.search.holds import Hold
from torch_starter.search.search import Outcome
from torch_starter.verbs import _changed
from torch_starter.verbs._updating import Request, Searched
from unit.verbs.benches import Resolving, bench, locked, searched, update

STEP = Step("alpha", "1.0", "1.1")
HELD = Hold("alpha", "<1.2", "imports.alpha", "it failed", "2026-01-01")
NEW_LOCK = "# Proven on a day.\n# Made with care\n" + locked("alpha==1.1")
PYLOCK = """\
lock-version = "1.0"
[[packages]]
name = "alpha"
version = "1.1"
wheels = [{ url = "https://example.org/alpha-1.1-py3-none-any.whl", size = 2000, hashes = {} }]
[[packages]]
name = "beta"
version = "1.0"
wheels = [{ url = "https://example.org/beta-1.0-py3-none-any.whl", size = 3000, hashes = {} }]
"""


def test_a_package_that_changes_in_several_locks_is_told_once() -> None:
    rows = [Updated("cpu", "l", (STEP, Step("old", "1", ""))), Updated("cu130", "l", (STEP,), {"alpha": 2_000_000})]
    changes = _changed.changes(rows)
    assert [(each.name, each.was, each.now) for each in changes] == [("alpha", "1.0", "1.1"), ("old", "1", "removed")]
    assert changes[0].why.startswith("minor, ")
    assert changes[0].why.endswith(" (cpu, cu130)")
    assert "MB" in changes[0].why
    assert changes[1].why == "removed (cpu)"


def test_different_steps_of_one_package_are_told_apart() -> None:
    rows = [Updated("cpu", "l", (STEP,)), Updated("cu130", "l", (Step("alpha", "1.0", "2.0"),))]
    assert [each.why for each in _changed.changes(rows)] == ["minor (cpu)", "major (cu130)"]


def test_what_is_held_says_why(tmp_path: Path) -> None:
    row = searched(bench(tmp_path), holds=(HELD,))
    line = "alpha stays at 1.1 (<1.2; cpu): imports.alpha: it failed"
    assert _changed.held_lines(update(tmp_path, row)) == [line]
    absent = searched(bench(tmp_path), holds=(HELD,), after={})
    assert _changed.held_lines(update(tmp_path, absent)) == ["alpha is left out (<1.2; cpu): imports.alpha: it failed"]


def test_what_several_locks_hold_is_told_once(tmp_path: Path) -> None:
    rows = (searched(bench(tmp_path), holds=(HELD,)), searched(bench(tmp_path), holds=(HELD,)))
    rows[1].name = "cu130"
    assert _changed.held_lines(update(tmp_path, *rows)) == ["alpha stays at 1.1 (<1.2; cpu, cu130): imports.alpha: it failed"]


def test_where_only_some_move_what_was_held_before_is_not_told_again(tmp_path: Path) -> None:
    row, some = searched(bench(tmp_path), holds=(HELD,)), Request("add", ("cpu",), ())
    assert _changed.held_lines(update(tmp_path, row, before=[HELD], request=some)) == []
    assert len(_changed.held_lines(update(tmp_path, row, request=some))) == 1


@pytest.mark.parametrize(
    ("now", "lines"),
    [((), ["alpha<1.2 is held no more: imports.alpha passes without."]), ((HELD,), [])],
    ids=["dropped", "kept"],
)
def test_what_is_held_no_more_is_told(tmp_path: Path, now: tuple[Hold, ...], lines: list[str]) -> None:
    rows = [searched(bench(tmp_path), holds=now), searched(bench(tmp_path), holds=())]
    rows[1].name = "cu130"
    run = update(tmp_path, *rows, before=[HELD])
    assert _changed.dropped_lines(run) == lines
    assert [_changed.kept(HELD, run, name) for name in ("cpu", "cu130")] == [bool(now), False]


def test_a_lock_that_was_not_searched_keeps_its_holds(tmp_path: Path) -> None:
    run = update(tmp_path, searched(bench(tmp_path), holds=()), before=[HELD])
    assert _changed.dropped_lines(run) == []
    assert [_changed.kept(HELD, run, name) for name in ("cpu", "cu130")] == [False, True]


def test_where_nothing_was_found_holds_stay(tmp_path: Path) -> None:
    run = update(tmp_path, searched(bench(tmp_path), Outcome()), before=[HELD])
    assert run.holds == [HELD]
    assert _changed.dropped_lines(run) == []
    assert _changed.updated(run, run.searched[0]).dropped == []


def test_the_label_is_what_the_lock_itself_says(tmp_path: Path) -> None:
    one = bench(tmp_path)
    assert _changed.label(searched(one, text=NEW_LOCK)) == "Proven on a day. Made with care"
    assert _changed.label(searched(one)) == ""
    one.ask.machine.files.write(tmp_path / "locks" / "cpu.txt", NEW_LOCK)
    assert _changed.label(searched(one)) == "Proven on a day. Made with care"
    assert _changed.label(searched(one, Outcome())) == "not proven: as it was"


def test_only_what_changes_is_downloaded(tmp_path: Path) -> None:
    resolving = Resolving(files=PYLOCK)
    row = searched(bench(tmp_path, resolving))
    assert _changed.sizes(row, [STEP]) == {"alpha": 2000}
    assert resolving.asked == [("files", "the set")]
    assert _changed.sizes(row, [Step("alpha", "1.1", "")]) == _changed.sizes(row, []) == {}
    assert _changed.sizes(searched(bench(tmp_path, resolving), Outcome()), [STEP]) == {}


def told(folder: Path, row: Searched, **options: Any) -> Report:
    run = update(folder, row, before=[HELD], **options)
    report = Report(command="lock-update")
    _changed.tell(run.ask, run, report, 12.345)
    return report


def test_what_was_taken_back_and_is_left_behind_is_told(tmp_path: Path) -> None:
    one = bench(tmp_path, Resolving(files=PYLOCK))
    one.gone = [("alpha", "1.0", "it loses data"), ("beta", "1.0", "")]
    report = told(tmp_path, searched(one))
    assert report.findings == []
    assert [note for note in report.notes if "taken back" in note] == [
        "cpu: alpha 1.0 was taken back by its makers: it loses data",
        "cpu: beta 1.0 was taken back by its makers: no reason is given",
    ]


@pytest.mark.parametrize(("reason", "seen"), [("it loses data", "it loses data"), ("", "no reason is given")])
def test_what_was_taken_back_and_stays_is_warned_of(tmp_path: Path, reason: str, seen: str) -> None:
    one = bench(tmp_path, Resolving(files=PYLOCK))
    one.gone = [("alpha", "1.0", reason)]
    (finding,) = told(tmp_path, searched(one, after={"alpha": "1.0"})).findings
    assert (finding.id, finding.verdict, finding.seen) == ("lock.yanked.cpu.alpha", "warn", f"alpha 1.0 was: {seen}")


def test_the_whole_answer(tmp_path: Path) -> None:
    one = bench(tmp_path, Resolving(files=PYLOCK))
    one.tried, one.disk, one.share = {"a", "b"}, 5_000_000, 0.25
    report = told(tmp_path, searched(one, text=NEW_LOCK, holds=(HELD,), seconds=3.0), markdown=tmp_path / "answer.md")
    assert [change.name for change in report.changes] == ["alpha"]
    assert {each.name: each.samples[0] for each in report.measurements} == {
        "trials": 2,
        "search": 12.35,
        "disk": 5_000_000,
        "disk-share": 0.25,
    }
    assert any("of disk beside uv's cache" in note for note in report.notes)
    page = (tmp_path / "answer.md").read_text()
    assert "`alpha`" in page
    assert "Proven on a day." in page
    assert "`<1.2`" in page


def test_one_set_that_two_locks_tried_is_counted_once(tmp_path: Path) -> None:
    one, other = bench(tmp_path), bench(tmp_path)
    one.tried, other.tried = {"a", "b"}, {"b", "c"}
    run = update(tmp_path, searched(one), searched(other))
    assert _changed.measured(run, 1.0)[0].samples == (3,)
    assert [each.samples for each in _changed.measured(update(tmp_path), 0.0)] == [(0,), (0.0,), (0,), (0.0,)]
