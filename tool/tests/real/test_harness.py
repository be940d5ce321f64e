"""The harness in real processes: tiny scripts of each kind, watched from inside without an edit."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from real._scripts import ACCUMULATING, COMPILED, CRASHING, INFERRING, NEVER, PLAIN, RANKS, SAVING, SHORT, TRAINER, TWO, WORKERS
from real._watched import Bench
from torch_starter.verbs._trials import SITE


@pytest.mark.parametrize("text", [PLAIN, ACCUMULATING, TWO, COMPILED], ids=["plain", "accumulating", "two", "compiled"])
def test_steps_of_trainings_are_seen_and_end_it(bench: Bench, text: str) -> None:
    run = bench.run(text)
    told = run.told
    assert (run.done.returncode, run.done.stdout) == (0, "")
    assert (told.kind, told.ended) == ("training", "enough")
    assert told.window is not None
    assert told.window.steps == 5
    assert told.window.wall > 0
    assert len(told.steps) == 6
    assert len(told.losses) == (28 if text is ACCUMULATING else 7)
    assert [each.name for each in told.models] == ["Linear"]
    assert told.optimizers[0].place is not None
    assert told.optimizers[0].place.file.endswith("a b/script.py")


def test_two_runs_of_the_same_tell_the_same_losses_and_parameters(bench: Bench) -> None:
    one, other = (
        bench.run(PLAIN.replace("torch.manual_seed(0)", "")).told,
        bench.run(PLAIN.replace("torch.manual_seed(0)", "")).told,
    )
    assert one.losses == other.losses
    assert len(set(one.losses)) > 3
    assert one.digest == other.digest != ""


def test_calls_of_the_outermost_module_are_steps_where_nothing_trains(bench: Bench) -> None:
    told = bench.run(INFERRING).told
    assert (told.kind, told.ended, told.losses) == ("inference", "enough", [])
    assert told.window is not None
    assert told.window.steps == 5


def test_a_script_that_ends_by_itself_tells_what_it_has_done(bench: Bench) -> None:
    run = bench.run(SHORT, steps=100)
    assert run.done.stdout == "the end\n"
    assert (run.told.ended, len(run.told.steps)) == ("exit", 6)
    assert run.told.window is not None
    assert run.told.window.steps == 5


def test_nothing_that_it_writes_stays(bench: Bench) -> None:
    (bench.folder / "last.pt").write_text("of yesterday")
    run = bench.run(SAVING, steps=100)
    assert run.done.returncode == 0, run.done.stderr
    assert (bench.folder / "last.pt").read_text() == "of yesterday"
    assert sorted(path.name for path in bench.folder.iterdir()) == ["last.pt", "script.py"]


def test_a_crash_is_its_own_and_says_no_window(bench: Bench) -> None:
    run = bench.run(CRASHING)
    assert run.done.returncode == 1
    assert "ValueError: no more" in run.done.stderr
    assert "torch_starter" not in run.done.stderr
    assert all(answer.window is None or answer.window.steps < 5 for answer in run.answers)


def test_one_that_never_steps_says_so(bench: Bench) -> None:
    run = bench.run(NEVER)
    assert run.done.returncode == 0
    assert [(answer.kind, answer.window) for answer in run.answers] == [("none", None)]


def test_a_module_is_run_as_python_does(bench: Bench) -> None:
    text = "import sys\nassert __name__ == '__main__' and sys.argv[1:] == ['--x', 'y z']\n" + PLAIN
    assert bench.run(text, "--x", "y z", argv=("-m", "script")).told.ended == "enough"
    assert bench.run(text, "--x", "y z").told.ended == "enough"


def test_workers_that_are_spawned_wait_and_are_ended(bench: Bench) -> None:
    run = bench.run(WORKERS)
    assert run.done.returncode == 0
    assert len(run.answers) == 1
    assert run.told.window is not None
    assert run.told.window.batches == 5
    assert run.told.window.data > 0
    assert [(each.workers, each.dataset) for each in run.told.loaders] == [(2, "Numbers")]


def test_each_rank_tells_and_ends(bench: Bench) -> None:
    run = bench.run(RANKS, argv=("-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone", "script.py"))
    assert run.done.returncode == 0, run.done.stderr[-2000:]
    assert sorted((told.rank, told.world) for told in run.answers if told.window) == [(0, 2), (1, 2)]
    assert run.told.distributed


def test_the_trainer_of_hugging_face(bench: Bench) -> None:
    run = bench.run(TRAINER)
    assert run.done.returncode == 0, run.done.stderr[-2000:]
    assert run.told.ended == "enough"
    assert len(run.told.losses) == 14
    assert not (bench.folder / "out").exists()


def test_what_was_called_sitecustomize_before_is_still_run(bench: Bench) -> None:
    own = bench.folder / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import os; os.environ['OWN'] = 'yes'\n")
    text = "import os, sys\nassert os.environ['OWN'] == 'yes'\nassert not [p for p in sys.path if 'harness' in p]\n" + PLAIN
    (bench.folder / "script.py").write_text(text)
    near = bench.near
    (near / "request.json").write_text(json.dumps({"warm": 2, "steps": 5, "seconds": 60}))
    variables = {**os.environ, "PYTHONPATH": f"{SITE}:{own}", "TORCH_STARTER_TRIAL": str(near / "request.json")}
    done = subprocess.run([str(bench.python), "script.py"], cwd=bench.folder, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(near.glob("answer-*.json"))


def test_who_asks_where_torch_is_before_it_imports_it_is_watched_too(bench: Bench) -> None:
    """As transformers does."""
    text = "import importlib.util\nassert importlib.util.find_spec('torch') and importlib.util.find_spec('numpy')\n" + PLAIN
    assert bench.run(text).told.ended == "enough"


def test_a_look_counts_operations(bench: Bench) -> None:
    look = bench.run(PLAIN, look=True).told.look
    assert look is not None
    assert look.operations > 5
    assert 0 < look.operating <= look.wall
    assert any(name.startswith("aten::") for name in look.top)


def test_without_a_trial_python_is_as_it_was(bench: Bench) -> None:
    variables = {**os.environ, "PYTHONPATH": str(SITE)}
    words = "import sys; print([name for name in sys.modules if 'torch' in name], sys.meta_path[0])"
    done = subprocess.run([str(bench.python), "-c", words], env=variables, capture_output=True, text=True)
    assert done.stdout.startswith("[] ")
    assert "torch_starter" not in done.stdout
