"""The whole of `profile` on small scripts: whatever becomes of them, what was seen is told."""

from __future__ import annotations

import gzip
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from real._place import Place

TRAINING = """
import sys
import torch
from torch.utils.data import DataLoader, TensorDataset

def main(steps, workers=0):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 4))
    optimizer = torch.optim.AdamW(model.parameters())
    loader = DataLoader(TensorDataset(torch.randn(4096, 64), torch.randint(0, 4, (4096,))), 32, num_workers=workers)
    done = 0
    while done < steps:
        for x, y in loader:
            loss = torch.nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            done += 1
            print(done, flush=True)
            MORE
            if done == steps:
                return

if __name__ == "__main__":
    main(int(sys.argv[1]), *map(int, sys.argv[2:]))
    open("saved.txt", "w").write("by the script")
"""


def training(more: str = "") -> str:
    return TRAINING.replace("MORE", more or "pass")


def process(report: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = report["profile"]["processes"][0]
    return found


def modes(report: dict[str, Any]) -> set[str]:
    return {step["mode"] for step in process(report)["steps"]}


def test_a_step_is_told_in_its_parts_with_what_looked_beside_what_did_not(place: Place) -> None:
    place.write(training())
    report = place.answer("profile", "--json", "--steps", "80", "train.py", "100000")
    found = process(report)
    assert (report["exit_code"], report["problem"], found["ended"], found["kind"]) == (0, None, "enough", "training")
    assert modes(report) == {"warm", "bare", "sampled", "traced", "called"}
    bare = [step for step in found["steps"] if step["mode"] == "bare"]
    assert len(bare) == 40
    for step in bare:
        parts = [step[part] for part in ("data", "forward", "backward", "optimizer")]
        assert all(part > 0 for part in parts)
        assert sum(parts) < step["wall"]
    lines = {call["place"]["line"] for call in found["calls"] if call["function"] == "cross_entropy"}
    assert lines == {14}
    assert {call["place"]["file"] for call in found["calls"]} == {"train.py"}
    names = {op["name"] for op in found["ops"]}
    assert {"aten::addmm", "aten::mm"} <= names
    assert next(op for op in found["ops"] if op["name"] == "aten::_log_softmax_backward_data")["part"] == "backward"
    assert [mark["what"] for mark in found["marks"]] == ["torch", "optimizer", "model", "first step", "steady"]
    assert found["imports"]["torch"] > 0.1
    overheads = {each["params"]["of"]: each["median"] for each in report["measurements"] if each["name"] == "overhead"}
    assert set(overheads) == {"sampled", "traced", "called"}
    assert not (place.root / "saved.txt").exists()
    assert place.left() == []
    check_files(place, report)


def check_files(place: Place, report: dict[str, Any]) -> None:
    """What other programs read is there, and is what they read."""
    folder = Path(report["profile"]["folder"])
    assert set(report["profile"]["files"]) == {"stacks.speedscope.json", "trace.json.gz"}
    assert json.loads((folder / "stacks.speedscope.json").read_text())["$schema"].endswith("file-format-schema.json")
    assert json.loads(gzip.decompress((folder / "trace.json.gz").read_bytes()))["traceEvents"]


def test_workers_tell_what_they_do(place: Place) -> None:
    place.write(training())
    found = process(place.answer("profile", "--json", "--steps", "160", "train.py", "100000", "2"))
    assert [worker["number"] for worker in found["workers"]] == [0, 1]
    assert all(worker["batches"] > 1 and worker["seconds"] > 0 for worker in found["workers"])
    assert found["loaders"][0]["workers"] == 2
    assert found["loaders"][0]["place"] == {"file": "train.py", "line": 10}


def test_a_script_that_ends_first_keeps_what_it_writes_aside_all_the_same(place: Place) -> None:
    place.write(training())
    report = place.answer("profile", "--json", "train.py", "12")
    assert (report["exit_code"], process(report)["ended"]) == (0, "exit")
    assert process(report)["steps"]
    assert any("saved.txt" in note and "aside" in note for note in report["notes"])
    assert not (place.root / "saved.txt").exists()


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ("if done == 40: raise ValueError('at step 40')", 5, "ValueError: at step 40"),
        ("if done == 40: sys.exit(3)", 5, "it ended with 3"),
        ("if done == 40: sys.exit()", 0, ""),
    ],
)
def test_one_that_fails_or_ends_itself_tells_what_was_seen_until_then(place: Place, more: str, code: int, said: str) -> None:
    place.write(training(more))
    report = place.answer("profile", "--json", "--steps", "800", "train.py", "100000")
    assert report["exit_code"] == code
    assert said in (report["problem"] or {"message": ""})["message"]
    assert 30 <= len(process(report)["steps"]) < 40


def test_one_that_refuses_its_words_says_so_and_gets_no_advice(place: Place) -> None:
    place.write("import argparse\nimport torch\nargparse.ArgumentParser().parse_args()\n")
    report = place.answer("profile", "--json", "train.py", "--html", "page.html")
    assert (report["exit_code"], report["findings"]) == (5, [])
    assert "unrecognized arguments: --html" in report["problem"]["message"]
    assert "before the script" in report["problem"]["remedy"]


def test_ctrl_c_ends_the_script_and_tells_what_was_seen(place: Place) -> None:
    place.write(training())
    running = place.start("profile", "--json", "--steps", "100000000", "train.py", "100000000")
    assert running.stderr is not None
    for line in running.stderr:
        if "steps" in line:
            break
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    report = json.loads(out)
    assert (running.returncode, report["problem"]["code"]) == (130, "interrupted")
    assert process(report)["ended"] == "interrupted"
    assert process(report)["steps"]
    assert place.left() == []


def test_a_script_without_steps_or_torch_is_looked_at_as_a_whole(place: Place) -> None:
    place.write("def busy():\n    return sum(number * number for number in range(20_000_000))\n\nprint(busy())\n")
    report = place.answer("profile", "--json", "train.py")
    found = process(report)
    assert (report["exit_code"], found["kind"], found["ended"]) == (0, "none", "exit")
    assert any("no step" in note for note in report["notes"])
    functions = {found["stacks"]["frames"][number][0] for stack, _ in found["stacks"]["stacks"] for number in stack}
    assert any(name.startswith("busy") for name in functions)


def test_a_module_takes_its_own_options(place: Place) -> None:
    (place.root / "package").mkdir()
    (place.root / "package" / "__init__.py").write_text("")
    (place.root / "package" / "train.py").write_text(training() + "    assert '--json' in sys.argv\n")
    report = place.answer("profile", "--json", "--steps", "16", "-m", "package.train", "100000")
    assert process(report)["kind"] == "training"
    assert report["profile"]["script"] == "-m package.train"


def test_what_a_script_starts_is_not_taken_for_it(place: Place) -> None:
    more = "import subprocess; done == 1 and subprocess.run([sys.executable, '-c', 'import torch'], check=True)"
    place.write(training(more))
    report = place.answer("profile", "--json", "--steps", "16", "train.py", "100000")
    assert len(report["profile"]["processes"]) == 1
    assert process(report)["kind"] == "training"


def test_each_rank_tells_of_itself(place: Place) -> None:
    place.write(
        """
import time, torch
import torch.distributed as dist
dist.init_process_group("gloo")
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(16, 16))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
end = 100000
for step in range(end):
    if dist.get_rank() == 1:
        sum(range(100_000))
    optimizer.zero_grad()
    model(torch.randn(8, 16)).sum().backward()
    optimizer.step()
"""
    )
    report = place.answer("profile", "--json", "--steps", "40", "torchrun", "--nproc-per-node=2", "--standalone", "train.py")
    assert report["problem"] is None
    assert [(each["rank"], each["world"]) for each in report["profile"]["processes"]] == [(0, 2), (1, 2)]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nowhere.py",), 2, "nowhere.py is not there"),
        ((), 2, "no script"),
        (("--steps", "none", "train.py"), 2, "'none' is no whole number"),
        (("train.py",), 5, "ModuleNotFoundError"),
        (("--python", "/nowhere/python", "train.py"), 2, "is not there"),
        (("--attach", "1", "--hang", "1"), 2, "in one go"),
        (("--attach", "1", "train.py"), 2, "in one go"),
    ],
)
def test_bad_input_says_what_to_do(place: Place, words: tuple[str, ...], code: int, said: str) -> None:
    place.write("import nothing_that_there_is\n")
    report = place.answer("profile", "--json", *words)
    assert report["exit_code"] == code
    assert said in report["problem"]["message"]
    assert report["problem"]["remedy"]
    assert os.listdir(place.root / ".torch-starter" / "here")
