"""The trainings that are measured, tiny ones in this repository's environment: what they compute, and what they say it takes."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from torch_starter.core.probing import PROBES, Answer, Target, ask
from unit.machines import local

SAMPLES = PROBES.parent / "samples"
HOW = {"seconds": 0.01, "values": 1, "warm": 0.0}
SIZE = {"layers": 2, "heads": 2, "width": 64, "context": 32, "vocabulary": 64}
MODEL = {"width": 32, "blocks": [1, 1], "size": 32}
CALM = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}  # threads that wait do not spin: no matter what else goes on
COUNTED = """
import json, sys
sys.path.append(sys.argv[1])
import torch, _measure
from torch.utils.flop_counter import FlopCounterMode
text, vision = _measure.beside("text"), _measure.beside("vision")
path, size, blocks, pixels = sys.argv[2], json.loads(sys.argv[3]), (3, 4, 6, 3), 224
training = _measure.beside("_training")
gpt = training.example(path + "/text.py", ["Gpt"]).Gpt(**size)
network = training.example(path + "/vision.py", ["network"]).network(16, blocks, pixels)
def by_torch(model, given):
    with FlopCounterMode(display=False) as counter:
        model(given).float().sum().backward()
    return counter.get_total_flops()
tokens = torch.zeros(2, size["context"], dtype=torch.long)
with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):  # whose products are counted one by one
    told = by_torch(gpt, tokens)
each = text.operations(text.multiplied(gpt), size["layers"], size["context"], size["width"])
before = [each.clone() for each in network.buffers()]
ours = 3 * vision.forwards(network, (2, 3, pixels, pixels), "cpu")
kept = network.training and all(torch.equal(one, other) for one, other in zip(before, network.buffers()))
print(json.dumps({
    "text": [each * tokens.numel(), told],
    "vision": [ours, by_torch(network, torch.zeros(2, 3, pixels, pixels))],
    "kept": kept,
}))
"""


def taken(current: Path, sample: str, given: dict[str, Any]) -> Answer:
    """What a sample answers in a process of its own."""
    words = {"sample": sample, "how": HOW, "given": {"threads": 2, "precision": "float32", **given}}
    probe = f"samples/_measure.take {json.dumps(words)}"
    target = Target(current / ".venv" / "bin" / "python", CALM)
    return ask(local(), target, [probe], preload="torch", timeout=120)[probe]


def text(current: Path, first: int, seed: int = 0) -> dict[str, Any]:
    path = str(current / "examples" / "text.py")
    given = {"path": path, "size": SIZE, "batch": 4, "first": first, "seed": seed}
    answer = taken(current, "text.train", given)
    assert answer.ok, answer.traceback or answer.err
    return answer.value


def vision(current: Path, first: int, data: str, workers: int = 0) -> dict[str, Any]:
    path = str(current / "examples" / "vision.py")
    given = {"path": path, "model": MODEL, "batch": 16, "first": first, "data": data, "workers": workers}
    answer = taken(current, "vision.train", given)
    assert answer.ok, answer.traceback or answer.err
    return answer.value


def loss(series: dict[str, Any]) -> float:
    (value,) = series["loss"]["values"]
    return float(value["value"])


def test_the_loss_of_text_falls_and_is_the_same_in_each_process(current: Path) -> None:
    begun, told, again, other = (loss(text(current, *given)) for given in ((1,), (30,), (30,), (30, 1)))
    assert told < 0.9 * begun
    assert again == told
    assert other != told, "it comes from the seed"


def test_the_loss_of_vision_falls_and_is_the_same_whoever_makes_the_images(current: Path) -> None:
    begun = loss(vision(current, 1, "ahead"))
    ahead, loader, workers = (vision(current, 20, data, count) for data, count in (("ahead", 0), ("loader", 0), ("loader", 2)))
    assert loss(ahead) < 0.9 * begun
    assert loss(ahead) == loss(loader) == loss(workers)


def test_all_series_are_of_the_same_steps(current: Path) -> None:
    told = text(current, 2)
    assert {"tokens", "operations", "step", "loss"} <= set(told)
    steps = told["step"]["amount"]
    assert told["tokens"]["amount"] == steps * 4 * 32
    assert told["tokens"]["values"] == told["operations"]["values"] == told["step"]["values"]
    assert len(told["step"]["warm"]) >= 2, "the first steps are not in the values"


def test_operations_are_those_that_torch_counts(current: Path) -> None:
    words = [str(current / ".venv" / "bin" / "python"), "-c", COUNTED, str(SAMPLES), str(current / "examples"), json.dumps(SIZE)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, env=CALM)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["text"][0] == pytest.approx(told["text"][1], rel=0.02)
    assert told["vision"][0] == pytest.approx(told["vision"][1], rel=0.04)
    assert told["kept"], "counting leaves the network as it was"


def test_an_example_that_has_become_something_else_is_skipped(current: Path, tmp_path: Path) -> None:
    (tmp_path / "text.py").write_text("def text(seed): ...\n")
    given = {"path": str(tmp_path / "text.py"), "size": SIZE, "batch": 4, "first": 1}
    answer = taken(current, "text.train", given)
    assert answer.value == {"skip": "text.py has no Gpt, batches, train"}


@pytest.mark.parametrize(
    "words",
    [
        ("text.py", "--width", "32", "--layers", "1", "--heads", "2", "--vocabulary", "100", "--precision", "bfloat16"),
        ("vision.py", "--width", "8", "--blocks", "1", "1", "1", "--size", "64", "--count", "64", "--workers", "1"),
    ],
    ids=lambda words: str(words[0]),
)
def test_the_scripts_train_models_of_other_sizes(current: Path, words: tuple[str, ...]) -> None:
    argv = [".venv/bin/python", f"examples/{words[0]}", *words[1:], "--steps", "20", "--batch", "8"]
    done = subprocess.run(argv, cwd=current, capture_output=True, text=True, timeout=300, env=CALM)
    assert done.returncode == 0, done.stderr
    losses = [float(line.split()[3]) for line in done.stdout.splitlines() if line.startswith("step")]
    assert len(losses) == 2
    assert losses[1] < losses[0]
