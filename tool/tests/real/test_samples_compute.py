"""The samples that compute, in this repository's environment: what they tell has its form, and amounts are counted right."""

from __future__ import annotations

import json
import math
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from torch_starter.benchmarks import attention, convolution, launch, matmul, memory, precision
from torch_starter.core.kinds import Benchmark
from torch_starter.core.probing import Target, ask
from torch_starter.verbs._takes import How, Take, plan
from unit.benchmarks.beds import bed
from unit.machines import local

TINY = How(seconds=0.001, values=1, warm=0.0, budget=60.0)
COMPUTING = [module.BENCHMARK for module in (attention, convolution, launch, matmul, memory, precision)]
SAMPLES = Path(__file__).parents[2] / "src" / "torch_starter" / "samples"
VALUE = {"wall", "cpu", "others", "waited", "steal", "throttled", "busy"}
CONVOLUTION = {"batch": 2, "channels": 8, "width": 7, "dtype": "float32", "threads": 1}
ATTENTION = {"batch": 2, "heads": 3, "length": 17, "width": 8, "dtype": "float32", "threads": 1}

COUNTED = """
import torch
from torch.utils.flop_counter import FlopCounterMode

def counted(once):
    with FlopCounterMode(display=False) as counter:
        once()
    return counter.get_total_flops()

image = torch.randn(2, 8, 7, 7, requires_grad=True)
weight = torch.randn(8, 8, 3, 3, requires_grad=True)
query, key, value = (torch.randn(2, 3, 17, 8) for _ in range(3))
found = {}
found["forward"] = counted(lambda: torch.nn.functional.conv2d(image, weight, padding=1))
result = torch.nn.functional.conv2d(image, weight, padding=1)
found["backward"] = counted(lambda: torch.autograd.grad(result, (image, weight), torch.ones_like(result)))
found["attention"] = counted(lambda: (query @ key.transpose(-1, -2)) @ value)
print(__import__("json").dumps(found))
"""
MIXED = """
import json, sys, torch
sys.path.append(sys.argv[1])
import precision
kinds = []
torch.nn.Linear.forward = (lambda honest: lambda self, given: note(honest(self, given)))(torch.nn.Linear.forward)
def note(result):
    kinds.append(str(result.dtype))
    return result
told = {}
for dtype in ("float32", "bfloat16"):
    kinds.clear()
    precision.steps_of(torch.randn(2, 4, 64), dtype)(2)
    told[dtype] = sorted(set(kinds))
print(json.dumps(told))
"""


def python(current: Path) -> Path:
    return current / ".venv" / "bin" / "python"


def printed(current: Path, script: str, *words: str) -> dict[str, Any]:
    done = subprocess.run([python(current), "-c", script, *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def take(current: Path, sample: str, given: Mapping[str, Any]) -> dict[str, Any]:
    how = {"seconds": TINY.seconds, "values": TINY.values, "warm": TINY.warm}
    name = "samples/_measure.take " + json.dumps({"sample": sample, "how": how, "given": dict(given)})
    answer = ask(local(), Target(python(current), dict(os.environ)), [name], preload="torch", timeout=120)[name]
    assert answer.ok, answer
    return answer.value


def amount(series: Mapping[str, Any]) -> float:
    """What one time does."""
    each: float = series["amount"] / series["loops"]
    return each


@pytest.mark.parametrize("benchmark", COMPUTING, ids=lambda benchmark: benchmark.name)
def test_all_that_is_planned_without_a_gpu_can_be_taken(current: Path, benchmark: Benchmark) -> None:
    takes, findings = plan([benchmark], bed(), TINY)
    assert not findings
    told = ask(
        local(), Target(python(current), dict(os.environ)), [each.probe for each in takes], preload="torch", timeout=240, jobs=1
    )
    for each in takes:
        assert told[each.probe].ok, told[each.probe]
        check(each, told[each.probe].value)


def check(take: Take, told: Mapping[str, Any]) -> None:
    for _, figure in take.figures:
        series = told[figure.series]
        assert len(series["values"]) >= TINY.values
        assert series["amount"] > 0
        assert isinstance(series["loops"], int)
        assert all(value.keys() >= VALUE and value["wall"] > 0 for value in series["values"])
        assert all(math.isfinite(value["value"]) and value["value"] > 0 for value in series["values"] if "value" in value)


def test_operations_are_counted_as_pytorch_counts_them(current: Path) -> None:
    counted = printed(current, COUNTED)
    residual = take(current, "convolution.residual", CONVOLUTION)
    assert amount(residual["forward"]) == counted["forward"]
    assert amount(residual["backward"]) == counted["backward"]
    causal = take(current, "attention.causal", ATTENTION)
    seen = sum(range(1, 18)) / 17**2  # of all pairs of 17 tokens
    assert amount(causal["attention"]) == pytest.approx(counted["attention"] * seen)


def test_a_triad_moves_three_arrays_and_a_launch_is_one_operation(current: Path) -> None:
    triad = take(current, "memory.triad", {"size": 4096, "threads": 1})["triad"]
    assert amount(triad) == 12 * 1024
    assert amount(take(current, "launch.dispatch", {})["dispatch"]) == 100


def test_the_code_of_transfers_is_right_on_a_cpu(current: Path) -> None:
    told = take(current, "transfer.moved", {"size": 65536, "pinned": False, "device": "cpu"})
    assert {name: amount(series) for name, series in told.items()} == {"to": 65536, "from": 65536}


def test_mixed_precision_computes_in_it(current: Path) -> None:
    assert printed(current, MIXED, str(SAMPLES)) == {"float32": ["torch.float32"], "bfloat16": ["torch.bfloat16"]}
