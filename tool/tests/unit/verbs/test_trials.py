"""How trials are planned, started and read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.processes import Done
from torch_starter.core.tuning import Told, Value, Window
from torch_starter.verbs._pilot import MOST_STEPS, length
from torch_starter.verbs._repeat import differences
from torch_starter.verbs._scratch import scratch, sweep
from torch_starter.verbs._trials import Trial, merged, trial, turned, words

SECONDS = st.floats(0.0001, 30)


def done(code: int | None = 0, err: str = "", timed_out: bool = False) -> Done:
    return Done(("python",), code, "", err, 5.0, timed_out)


def piloted(step: float, steps: int = 50, ended: str = "enough", start: float = 3.0) -> Trial:
    told = Told(
        kind="training",
        ended=ended,  # type: ignore[arg-type]
        steps=[step] * steps,
        window=Window(steps=steps, wall=step * steps),
        seconds=start + step * steps,
    )
    return Trial("ok", told, start + step * steps)


def test_what_begins_with_a_plus_is_put_before_what_is_there() -> None:
    values = [Value("a", {"+LD_PRELOAD": "/a.so", "X": "1"}), Value("b", {"+LD_PRELOAD": "/b.so"})]
    assert turned({"LD_PRELOAD": "/own.so", "X": "0"}, values) == {"LD_PRELOAD": "/b.so:/a.so:/own.so", "X": "1"}
    assert turned({}, values[:1]) == {"LD_PRELOAD": "/a.so", "X": "1"}


def test_turns_of_one_thing_become_one() -> None:
    values = [
        Value("2", turns={"loader": {"num_workers": 2}}),
        Value("4", turns={"loader": {"prefetch_factor": 4}, "compile": "x"}),
    ]
    assert merged(values) == {"loader": {"num_workers": 2, "prefetch_factor": 4}, "compile": "x"}


def test_words_of_env_make_one_set_of_variables_of_another() -> None:
    assert differences({"A": "1", "B": "2", "C": "3"}, {"A": "1", "B": "a b", "D": ""}) == ["-u C", "B='a b'", "D=''"]


@given(SECONDS, st.integers(4, 500), st.sampled_from(["enough", "exit"]), st.floats(1, 100), st.floats(30, 3600))
def test_a_trial_fits_into_the_script(step: float, steps: int, ended: str, start: float, budget: float) -> None:
    found = length(piloted(step, steps, ended, start), budget)
    assert found.warm >= 1
    assert 2 <= found.steps <= MOST_STEPS
    if ended == "exit":
        assert found.warm + found.steps <= steps + 1
    assert found.seconds >= 4 * found.steps * step
    assert found.timeout > start + found.seconds


def test_a_short_step_is_measured_often_and_a_long_one_at_least_twice() -> None:
    assert length(piloted(0.01), 600).steps > 100
    assert length(piloted(20.0), 600).steps == 2


def test_the_process_that_did_the_steps_is_read(tmp_path: Path) -> None:
    def put(name: str, **told: object) -> None:
        (tmp_path / name).write_text(json.dumps({"kind": "training", **told}))

    window = {"steps": 2, "wall": 1.0}
    put("other-1.json")
    put("answer-2.json", rank=1, window=window)
    put("answer-3.json", rank=0, window=window)
    (tmp_path / "answer-4.json").write_text('{"kind": "tr')
    found = trial(done(-9), tmp_path)
    assert found.outcome == "ok"
    assert found.told is not None
    assert found.told.rank == 0
    assert found.step == 0.5


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (done(0), "no steps"),
        (done(1, "Traceback\nValueError: x"), "failed"),
        (done(1, "RuntimeError: CUDA out of memory."), "memory"),
        (done(-9), "memory"),
        (done(-9, timed_out=True), "hung"),
        (done(None), "failed"),
    ],
)
def test_what_else_a_run_becomes(tmp_path: Path, end: Done, outcome: str) -> None:
    found = trial(end, tmp_path)
    assert (found.outcome, found.step) == (outcome, float("inf"))
    assert found.said == end.err


def test_folders_of_a_trial_are_removed_whatever_happens(tmp_path: Path) -> None:
    def interrupted() -> None:
        with scratch(tmp_path) as (near, aside):
            made.append(near)
            (aside / "a").write_text("")
            (near / "b").mkdir()
            raise KeyboardInterrupt

    made: list[Path] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not made[0].exists()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_search_left_is_removed_and_what_a_living_one_has_is_not(tmp_path: Path) -> None:
    gone = tmp_path / "aside-4194999-x"
    gone.mkdir()
    with scratch(tmp_path) as (_, aside):
        sweep(tmp_path)
        assert aside.exists()
    assert not gone.exists()


def test_a_command_as_one_types_it() -> None:
    assert words(["/env/bin/python", "a b.py", "--x"]) == "python 'a b.py' --x"
