"""The whole of `optimize` on small trainings whose speed is made by what is in effect, so that noise has no part in it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from real._place import Place

TRAINING = """
import os, sys, threading
import torch
torch.manual_seed(0)
model = torch.nn.Linear(64, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x = torch.randn(32, 64)
def wait(seconds):
    threading.Event().wait(seconds)
SETUP
for step in range(100000):
    loss = model(x).square().mean() FACTOR
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    WAIT
"""
PASSIVE = "os.environ.get('OMP_WAIT_POLICY') == 'PASSIVE'"
BOUND = "os.environ.get('OMP_PROC_BIND') is not None"


def training(wait: str = "wait(0.05)", setup: str = "", factor: str = "") -> str:
    return TRAINING.replace("WAIT", wait).replace("SETUP", setup).replace("FACTOR", factor)


def fates(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {f"{each['setting']} {each['label']}": (each["outcome"], each["why"]) for each in report["proof"]["tried"]}


def test_what_helps_is_proven_put_in_force_and_taken_back(place: Place) -> None:
    """How threads wait makes it ten times as fast; one thread breaks it; where threads run changes its results."""
    setup = "assert torch.get_num_threads() > 1 or os.environ.get('TORCH_STARTER_TRIAL') is None, 'one thread is too few'"
    place.write(training(f"wait(0.005 if {PASSIVE} else 0.05)", setup, f"* (1.5 if {BOUND} else 1.0)"))
    (place.root / "kept.txt").write_text("of the user")
    report = place.optimize("--budget", "1.2", "--only", "wait-policy,threads,affinity")
    assert (report["exit_code"], report["problem"]) == (0, None), report
    proof = report["proof"]
    assert [member["setting"] for member in proof["members"]] == ["wait-policy"]
    gain = next(each for each in report["measurements"] if each["name"] == "confirmed-gain")
    assert 5 < gain["median"] < 12
    assert gain["interval"][0] < gain["median"] < gain["interval"][1]
    assert [(change["name"], change["now"]) for change in report["changes"]] == [("wait-policy", "passive")]
    assert report["changes"][0]["gain"] == pytest.approx(gain["median"])
    assert proof["losses"] == "equal"
    told = fates(report)
    if os.cpu_count() != 1:
        assert told["threads 1"] == ("failed", "it failed: AssertionError: one thread is too few")
        assert told["affinity close"][0] == "drifts"
        assert "its loss differs by 33 %" in told["affinity close"][1]
    assert place.left() == []
    check_force(place)
    check_repeats(proof)


def check_force(place: Place) -> None:
    """Put in force `run` uses it, for the script with other arguments and for nothing else; and out again."""
    before = sorted(path for path in (place.root / ".torch-starter" / "here").rglob("*.json"))
    assert place.run("optimize", "--apply", "--", "python", "train.py")[0] == 0
    (place.root / "train.py").write_text("import os; print(os.environ.get('OMP_WAIT_POLICY'))")
    (place.root / "other.py").write_text("import os; print(os.environ.get('OMP_WAIT_POLICY'))")
    assert place.run("run", "--", "python", "train.py", "--other")[1] == "PASSIVE\n"
    assert place.run("run", "--no-profile", "--", "python", "train.py")[1] == "None\n"
    assert place.run("run", "--", "python", "other.py")[1] == "None\n"
    check_elsewhere(place)
    own = Place(place.root, {**place.variables, "OMP_WAIT_POLICY": "active"})
    assert own.run("run", "--", "python", "train.py")[1] == "active\n"
    assert place.run("optimize", "--revert")[0] == 0
    assert place.run("run", "--", "python", "train.py")[1] == "None\n"
    assert set(before) == {path for path in (place.root / ".torch-starter" / "here").rglob("*.json") if path.name != "undo.json"}
    assert place.run("optimize", "--revert")[0] == 3


def check_elsewhere(place: Place) -> None:
    """A profile of another machine or other packages is none, whatever its file is called."""
    profile = next((place.root / ".torch-starter" / "here" / "profiles").glob("[!u]*.json"))
    text = profile.read_text()
    for field in ("machine", "lock", "python"):
        told = json.loads(text)
        told["key"][field] = "another"
        profile.write_text(json.dumps(told))
        assert place.run("run", "--", "python", "train.py")[1] == "None\n"
    profile.write_text(text)


def check_repeats(proof: dict[str, Any]) -> None:
    """The scripts of a proof run the command as it was measured."""
    script = Path(proof["after"].removeprefix("sh ").strip("'"))
    assert "OMP_WAIT_POLICY=PASSIVE" in script.read_text()
    assert "OMP_WAIT_POLICY" not in (script.parent / "before.sh").read_text()
    for name in ("before", "after"):
        done = subprocess.run(["sh", script.parent / f"{name}.sh"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_nothing_that_helps_is_an_answer(place: Place) -> None:
    place.variables["WANDB_API_KEY"] = hidden = "0a1b2c3d" * 5
    setup = "torch.save(model, 'last.pt'); import subprocess; subprocess.run(['touch', 'past.txt'])"
    place.write(training("wait(0.02)", f"{setup}; print(os.environ['WANDB_API_KEY'], file=sys.stderr)"))
    report = place.optimize("--budget", "0.7", "--only", "wait-policy")
    assert not (place.root / "last.pt").exists()
    assert report["proof"]["beyond"] == [str(place.root / "past.txt")]
    assert any("went aside" in note and "last.pt" in note for note in report["notes"])
    assert (report["exit_code"], report["status"]) == (0, "ok")
    assert report["proof"]["members"] == []
    assert report["changes"] == []
    code, out, _ = place.run("optimize", "--apply", "--budget", "0.7", "--only", "wait-policy", "--", "python", "train.py")
    assert code == 0
    assert "nothing to put in force" in out
    assert hidden not in json.dumps(report) + out
    assert not [path for path in place.root.rglob("*") if path.is_file() and hidden.encode() in path.read_bytes()]


def test_a_dry_run_says_what_would_be_tried(place: Place) -> None:
    place.write(training())
    report = place.optimize("--dry-run")
    assert "wait-policy passive" in [entry["name"] for entry in report["entries"]]
    assert report["proof"] is None
    assert not list((place.root / ".torch-starter").rglob("proof.json"))


@pytest.mark.parametrize(
    ("text", "code", "name", "words"),
    [
        ("import torch\nprint(torch.ones(2))", 3, "optimize.no-steps", "it did no step"),
        ("print('no torch')", 3, "optimize.no-steps", "never imported torch"),
        ("import torch\nraise SystemExit('bad data')", 5, "optimize.command", "bad data"),
        (training("sys.exit() if step == 1 else None"), 3, "optimize.no-steps", "too few steps"),
    ],
    ids=["no-step", "no-torch", "failing", "too-few"],
)
def test_a_command_that_cannot_be_measured_says_why(place: Place, text: str, code: int, name: str, words: str) -> None:
    place.write(text)
    report = place.optimize()
    assert (report["exit_code"], report["problem"]["code"]) == (code, name)
    assert words in report["problem"]["message"]
    assert report["problem"]["remedy"]
    assert place.left() == []


def test_wrong_words_are_refused(place: Place) -> None:
    place.write(training())
    assert place.optimize("--allow", "semantics")["exit_code"] == 2
    assert place.optimize("--budget", "-1")["exit_code"] == 2
    assert "did you mean wait-policy" in place.optimize("--only", "wait-polici")["problem"]["message"]
    assert place.optimize(command=("pyhton", "train.py"))["problem"]["code"] == "run.missing"
    assert place.run("optimize")[0] == 2  # no command, and no examples


def test_an_interrupt_leaves_nothing_behind(place: Place) -> None:
    place.write(training())
    process = place.start("optimize", "--", "python", "train.py")
    assert process.stderr is not None
    for line in process.stderr:
        if "against itself" in line:
            break
        with contextlib.suppress(ValueError):
            assert process.poll() is None
    process.terminate()  # as Ctrl-C, which whoever runs tests in the background ignores
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert place.left() == []
