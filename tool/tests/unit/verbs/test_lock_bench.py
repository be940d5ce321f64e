"""The world of a search: what was resolved or tried once is not resolved or tried again, in this run and in later ones."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.problems import CommandFailed
from torch_starter.making.proposal import NoSolution
from torch_starter.search.questions import verdict
from torch_starter.search.world import Candidate, OutOfTime
from torch_starter.testing import NoProgress
from unit.verbs.benches import Resolving, TryingAside, bench

IDS = ("imports.alpha", "imports.beta", "commands.1")
ONE, TWO = Candidate({"alpha": "1.0"}), Candidate({"alpha": "1.1"})
NOTHING: frozenset[str] = frozenset()


def test_a_proposal_is_what_belongs_onto_this_machine(tmp_path: Path) -> None:
    found = bench(tmp_path).propose({})
    assert found is not None
    assert found.versions == {"alpha": "1.1"}
    assert "beta" in found.text
    assert found.remark == "a remark"


def test_equal_bounds_are_resolved_once(tmp_path: Path) -> None:
    resolving = Resolving()
    one = bench(tmp_path, resolving)
    assert one.propose({"alpha": "<2", "beta": "<3"}) is one.propose({"beta": "<3", "alpha": "<2"})
    one.propose({"alpha": "<2"})
    assert len(resolving.asked) == 2


def test_where_bounds_leave_nothing_there_is_no_set_and_that_is_remembered(tmp_path: Path) -> None:
    resolving = Resolving([])
    one = bench(tmp_path, resolving)
    assert one.propose({"alpha": "<1"}) is one.propose({"alpha": "<1"}) is None
    assert len(resolving.asked) == 1


def test_where_there_is_nothing_at_all_it_stops(tmp_path: Path) -> None:
    with pytest.raises(NoSolution):
        bench(tmp_path, Resolving([])).propose({})


def test_an_index_that_is_gone_is_no_missing_set(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="gone"):
        bench(tmp_path, Resolving(error=CommandFailed("network", "gone", "connect"))).propose({"alpha": "<2"})


@given(st.lists(st.tuples(st.sampled_from([ONE, TWO]), st.frozensets(st.sampled_from(IDS))), max_size=8))
def test_nothing_that_is_known_is_tried_again_also_in_a_later_run(questions: list[tuple[Candidate, frozenset[str]]]) -> None:
    fails = {"1.1": {"imports.beta"}, "1.0": set()}
    with tempfile.TemporaryDirectory() as folder:
        trying = TryingAside(Path(folder), lambda versions: fails[versions["alpha"]])
        known: dict[str, set[str]] = {}
        for run in (bench(Path(folder), trying=trying), bench(Path(folder), trying=trying)):
            for candidate, asked in questions:
                before, told = len(trying.attempts), known.setdefault(candidate.versions["alpha"], set())
                trial = run.examine(candidate, asked)
                assert (len(trying.attempts) > before) == (not (asked or {"everything"}) <= told and "everything" not in told)
                told |= asked or {"everything"}
                assert {id: verdict(trial, id) for id in asked} == {
                    id: id not in fails[candidate.versions["alpha"]] for id in asked
                }
                assert trial in run.known()
            assert len(run.known()) == len({candidate.versions["alpha"] for candidate, _ in questions})


def test_sets_are_counted_not_questions_and_what_is_remembered_does_not_count(tmp_path: Path) -> None:
    first = bench(tmp_path)
    first.examine(ONE, frozenset({"imports.alpha"}))
    first.examine(ONE, NOTHING)
    first.examine(TWO, NOTHING)
    assert len(first.tried) == 2
    later = bench(tmp_path)
    later.examine(TWO, NOTHING)
    assert len(later.tried) == 0


def test_what_is_tried_is_said(tmp_path: Path) -> None:
    one = bench(tmp_path)
    one.examine(ONE, NOTHING)
    one.examine(TWO, frozenset({"imports.beta", "imports.alpha"}))
    progress = one.ask.progress
    assert isinstance(progress, NoProgress)
    assert progress.said == ["cpu, trial 1: everything is asked", "cpu, trial 2: imports.alpha, imports.beta"]


def test_a_set_of_which_something_could_not_be_looked_at_is_tried_again_in_the_next_run(tmp_path: Path) -> None:
    trying = TryingAside(tmp_path, unknown=True)
    bench(tmp_path, trying=trying).examine(ONE, NOTHING)
    bench(tmp_path, trying=trying).examine(ONE, NOTHING)
    assert len(trying.attempts) == 2


def test_a_dry_run_tries_nothing_and_knows_what_was_tried(tmp_path: Path) -> None:
    bench(tmp_path).examine(ONE, NOTHING)
    trying = TryingAside(tmp_path)
    dry = bench(tmp_path, trying=trying)
    dry.dry = True
    assert dry.examine(ONE, NOTHING).good
    with pytest.raises(OutOfTime):
        dry.examine(TWO, NOTHING)
    assert trying.attempts == []


def test_a_trial_that_would_not_end_in_time_is_not_begun(tmp_path: Path) -> None:
    trying = TryingAside(tmp_path, seconds=100.0)
    one = bench(tmp_path, trying=trying)
    one.ends = time.monotonic() + 50  # the first is tried in any case: nobody knows how long it takes
    one.examine(ONE, NOTHING)
    with pytest.raises(OutOfTime):
        one.examine(TWO, NOTHING)
    assert one.examine(ONE, NOTHING).good  # what is known takes no time
    one.ends = time.monotonic() + 200
    one.examine(TWO, NOTHING)
    assert len(trying.attempts) == 2


def test_one_set_is_tried_in_any_case(tmp_path: Path) -> None:
    one = bench(tmp_path)
    one.ends = time.monotonic() - 1
    assert one.examine(ONE, NOTHING).good
    with pytest.raises(OutOfTime):
        one.examine(TWO, NOTHING)


def test_the_most_disk_that_a_trial_took_is_noted(tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    environment.mkdir()
    (environment / "own").write_bytes(b"x" * 8192)
    one = bench(tmp_path)
    one.examine(ONE, NOTHING)
    assert (one.disk, one.share) == ((environment / "own").stat().st_blocks * 512, 1.0)
    (environment / "own").write_bytes(b"")
    most = one.disk
    one.examine(TWO, NOTHING)
    assert (one.disk, one.share) == (most, 1.0)
