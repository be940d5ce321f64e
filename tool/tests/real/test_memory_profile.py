"""The whole of `memory-profile` on small scripts: leaks at their lines, roles to the byte, and whatever becomes of a script."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from real._place import Place

LEAKING = """import sys
import torch

class Notes:
    def __init__(self):
        self.seen = {}
    def note(self, step, batch):
        self.seen[step] = batch.clone()

def main(steps):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 4))
    optimizer = torch.optim.AdamW(model.parameters())
    notes, losses = Notes(), []
    for step in range(steps):
        x = torch.randn(512, 64)
        loss = model(x).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, flush=True)
        MORE

if __name__ == "__main__":
    main(int(sys.argv[1]))
    open("saved.txt", "w").write("by the script")
"""
WORKERS = """import torch
from torch.utils.data import DataLoader, Dataset

class Entries(Dataset):
    def __init__(self):
        self.entries = [{"number": n} for n in range(40_000)]
    def __len__(self):
        return len(self.entries)
    def __getitem__(self, index):
        return torch.full((4,), float(self.entries[index]["number"]))

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-9)
for batch in DataLoader(Entries(), batch_size=16, num_workers=2):
    optimizer.zero_grad()
    model(batch).mean().backward()
    optimizer.step()
"""
NEVER = """import numpy as np
import torch
kept = np.ones((300, 1000))
large = torch.zeros(50, 1000, 100)
for each in kept:
    each += 1
print(large.sum())
"""
EVALUATING = """import torch
model = torch.nn.Sequential(*[torch.nn.Linear(256, 256) for _ in range(20)]).eval()
for step in range(100_000):
    scores = model(torch.randn(256, 256))
"""
LINEAR = 4 * (64 * 128 + 128 + 128 * 4 + 4)  # bytes of its parameters


@pytest.fixture
def project(place: Place, current: Path) -> Place:
    """A project that has the profilers of this repository beside its environment, where they were put there before."""
    theirs = next((current / ".torch-starter").glob("*/stamps"), current / ".torch-starter" / "here").parent / "profilers"
    theirs.mkdir(exist_ok=True)
    (place.root / ".torch-starter" / "here" / "profilers").symlink_to(theirs)
    return place


def script(more: str = "") -> str:
    return LEAKING.replace("MORE", more or "pass")


def process(report: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = report["profile"]["processes"][0]
    return found


def profiled(project: Place, text: str, *words: str, steps: int = 40) -> dict[str, Any]:
    project.write(text)
    return project.answer("memory-profile", "--json", "--steps", str(steps), "train.py", *words)


def places(rows: list[dict[str, Any]]) -> list[tuple[str, int] | None]:
    return [each["place"] and (each["place"]["file"], each["place"]["line"]) for each in rows]


def test_a_leak_is_told_at_the_line_that_keeps_it_with_what_it_takes(project: Place) -> None:
    report = profiled(project, script("notes.note(step, x)"), "100000")
    assert (report["exit_code"], report["problem"], process(report)["ended"]) == (0, None, "enough")
    memory = process(report)["memory"]
    (growth,) = memory["growth"]
    assert (growth["holder"], growth["what"], places([growth])) == ("notes.seen", "tensors", [("train.py", 8)])
    assert 512 * 64 * 4 <= growth["bytes"] < 512 * 64 * 4 * 1.1
    assert growth["blocks"] == pytest.approx(1.0)
    assert report["findings"][0]["id"] == "memory.growth"
    assert report["findings"][0]["place"] == {"file": "train.py", "line": 8}
    assert report["findings"][0]["gain"] > 1.1
    assert not (project.root / "saved.txt").exists()
    assert project.left() == []


def test_graphs_that_a_list_keeps_are_told_with_all_that_they_hold(project: Place) -> None:
    memory = process(profiled(project, script("losses.append(model(x).mean())"), "100000"))["memory"]
    (growth,) = memory["growth"]
    assert (growth["holder"], growth["what"], places([growth])) == ("losses", "tensors with graphs", [("train.py", 22)])
    assert growth["bytes"] > 512 * 128 * 4  # what the graph keeps, and not the loss alone
    assert [each["graphs"] for each in memory["censuses"]][2] > memory["censuses"][0]["graphs"]


def test_tensors_by_role_are_right_to_the_byte(project: Place) -> None:
    report = profiled(project, script(), "100000")
    found = process(report)
    memory = found["memory"]
    assert memory["by"] == "memray"
    assert {role: memory["roles"][role] for role in ("parameters", "gradients", "optimizer", "buffers")} == {
        "parameters": LINEAR,
        "gradients": LINEAR,
        "optimizer": 2 * LINEAR + 4 * 4,  # and the number of the step of each of four parameters
        "buffers": 0,
    }
    kept = 512 * 64 * 4 + 512 * 128 * 4 + 512 * 4 * 4  # the input, what relu answers, and what is squared
    assert memory["roles"]["activations"] == pytest.approx(kept, rel=0.01)
    assert places(memory["activations"])[0] == ("train.py", 17)
    assert (memory["growth"], report["findings"]) == ([], [])
    assert memory["peak"] < memory["resident_peak"]
    assert {"import", "loader", "forward"} <= set(memory["phases"])
    assert max(memory["phases"], key=lambda name: memory["phases"][name]) == "import"
    assert len(memory["course"]) > 5
    assert {step["mode"] for step in found["steps"]} == {"warm", "called", "traced", "bare"}


def test_passes_that_keep_graphs_for_nothing(project: Place) -> None:
    found = process(profiled(project, EVALUATING))
    assert found["kind"] == "inference"
    (row,) = found["memory"]["unused_graphs"]
    assert (places([row]), row["function"]) == ([("train.py", 4)], "Sequential, in eval mode")
    assert row["bytes"] == pytest.approx(20 * 256 * 256 * 4, rel=0.01)  # the input of each of them


def test_passes_without_graphs_are_not_told(project: Place) -> None:
    text = EVALUATING.replace("    scores", "    with torch.no_grad(): scores")
    assert process(profiled(project, text))["memory"]["unused_graphs"] == []


def test_without_memray_the_standard_library_looks(place: Place) -> None:
    (place.root / ".torch-starter" / "here" / "profilers").write_text("a file where the folder would be")
    text = script("losses.append(bytearray(50_000))")
    report = profiled(place, text, "100000")
    memory = process(report)["memory"]
    assert memory["by"] == "standard library"
    assert any("tracemalloc" in note for note in report["notes"])
    (growth,) = memory["growth"]
    assert (growth["holder"], places([growth])) == ("losses", [("train.py", 22)])
    assert growth["bytes"] == pytest.approx(50_000, rel=0.05)


def test_a_script_that_never_steps_is_seen_as_a_whole(project: Place) -> None:
    report = profiled(project, NEVER)
    assert report["exit_code"] == 0
    found = process(report)
    assert (found["kind"], found["ended"], found["steps"]) == ("none", "exit", [])
    rows = dict(zip(places(found["memory"]["owners"]), found["memory"]["owners"], strict=True))
    assert rows["train.py", 3]["bytes"] >= 300 * 1000 * 8
    assert rows["train.py", 4]["bytes"] >= 50 * 1000 * 100 * 4
    assert ("large", 20_000_000) in [(each["name"], each["bytes"]) for each in found["memory"]["holdings"]]


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ("if step == 30: raise ValueError('at step 30')", 5, "ValueError: at step 30"),
        ("if step == 30: sys.exit(3)", 5, "it ended with 3"),
        ("if step == 30: sys.exit()", 0, ""),
    ],
)
def test_one_that_fails_or_ends_itself_tells_what_was_seen_until_then(project: Place, more: str, code: int, said: str) -> None:
    report = profiled(project, script(more), "100000", steps=800)
    assert report["exit_code"] == code
    assert said in (report["problem"] or {"message": ""})["message"]
    memory = process(report)["memory"]
    assert 20 <= len(process(report)["steps"]) < 31
    assert memory["roles"]["parameters"] == LINEAR
    assert memory["owners"]


def test_ctrl_c_ends_the_script_and_tells_what_was_seen(project: Place) -> None:
    project.write(script("notes.note(step, x[:1])"))
    running = project.start("memory-profile", "--json", "--steps", "100000000", "train.py", "100000000")
    assert running.stderr is not None
    for line in running.stderr:
        if "steps" in line:
            break
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    report = json.loads(out)
    assert (running.returncode, report["problem"]["code"]) == (130, "interrupted")
    assert process(report)["ended"] == "interrupted"
    assert process(report)["memory"]["owners"]
    assert project.left() == []


def test_workers_that_are_forked_are_not_looked_at_but_weighed(project: Place) -> None:
    report = profiled(project, WORKERS)
    assert len(report["profile"]["processes"]) == 1
    found = process(report)
    assert found["ended"] == "enough"
    assert [worker["number"] for worker in found["workers"]] == [0, 1]
    assert all(worker["resident"] > worker["unique"] > 0 for worker in found["workers"])
    entries = next(each for each in found["memory"]["holdings"] if each["kind"] == "list")
    assert (entries["count"], entries["dtype"], places([entries])) == (40_000, "dict", [("train.py", 6)])


def test_names_of_functions_of_c_where_they_are_wanted(project: Place) -> None:
    project.write(NEVER)
    report = project.answer("memory-profile", "--json", "--native", "train.py")
    memory = process(report)["memory"]
    assert memory["native"]
    functions = {frame[0] for owner in memory["owners"] for frame in owner["frames"]}
    assert any("at::" in each or "c10::" in each for each in functions)
    assert ("train.py", 4) in places(memory["owners"])


def test_nothing_is_left_in_the_environment(project: Place) -> None:
    site = next((project.root / ".venv" / "lib").glob("python3*/site-packages"))
    profiled(project, script(), "20")
    assert not (site / "memray").exists()
    assert os.path.isdir(site / "torch")
