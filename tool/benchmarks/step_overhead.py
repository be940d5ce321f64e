"""What being measured costs a training's step: the example's plain loop, the same under our sample, the plain one again, in turn.

python tool/benchmarks/step_overhead.py [--rounds 10] [--processes 4] [--turns 96] [--threads 1]

Two comparisons, both by the clock and by the CPU time of the process, which others do not lengthen as much:
- in processes of their own: what the sample tells of a step, against a plain loop; plain against plain shows the noise;
- in one process: stretches of a plain loop and of the sample's own loop, of the same training, in turn.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import islice, permutations
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parents[1] / "src" / "torch_starter" / "samples"
SIZE = {"layers": 2, "heads": 4, "width": 128, "context": 64, "vocabulary": 256}
BATCH, FIRST, STEPS = 4, 10, 60
SIDES = ("plain", "sample", "again")


def measuring() -> Any:
    """samples/_measure.py, as the target loads it."""
    spec = importlib.util.spec_from_file_location("measuring", SAMPLES / "_measure.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prepared(path: str, threads: int) -> Any:
    """The example's training as its own main() begins it, after the first steps."""
    import torch

    example = measuring().beside("_training").example(path, ())
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = example.Gpt(**SIZE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-4)
    steps = example.train(model, optimizer, example.batches(example.text(0)[1], BATCH, SIZE["context"], "cpu"))
    for _ in islice(steps, FIRST):
        pass
    return steps


def plain(steps: Any, count: int) -> tuple[float, float]:
    """Seconds of a step in a loop with nothing around it: by the clock, and of CPU time."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in islice(steps, count):
        pass
    return (time.perf_counter() - wall) / count, (time.process_time() - cpu) / count


def sample(path: str, threads: int) -> tuple[float, float]:
    """Seconds of a step as the sample tells them."""
    given = {"path": path, "size": SIZE, "batch": BATCH, "first": FIRST, "precision": "float32", "threads": threads}
    how = {"seconds": 0.1, "values": 5, "warm": 0.5}
    told = measuring().take("text.train", how, given)["step"]
    steps = len(told["values"]) * told["amount"]
    return sum(value["wall"] for value in told["values"]) / steps, sum(value["cpu"] for value in told["values"]) / steps


def in_turn(path: str, threads: int, turns: int, count: int = 5) -> list[dict[str, tuple[float, float]]]:
    """Seconds of a step in stretches of one training: each turn one of each side, in all orders alike."""
    steps, measure = prepared(path, threads), measuring().Measure(seconds=0.0, values=1, warm=0.0)
    timed = held(measure, lambda: next(steps))

    def stretch(side: str) -> tuple[float, float]:
        if side != "sample":
            return plain(steps, count)
        value = timed(count)
        return value["wall"] / count, value["cpu"] / count

    orders = list(permutations(SIDES))
    return [{side: stretch(side) for side in orders[number % len(orders)]} for number in range(turns)]


def held(measure: Any, once: Any) -> Any:
    """The loop in which Measure.in_loops takes a value."""
    found: list[Any] = []

    def calibrated(timed: Any) -> Any:
        found.append(timed)
        return 1, []

    measure.calibrated = calibrated
    measure.in_loops(once, 1.0)
    return found[0]


def inside(words: Sequence[str]) -> None:
    """In the target: one side's answer as JSON."""
    side, path, threads, turns = words[0], words[1], int(words[2]), int(words[3])
    if side == "turn":
        print(json.dumps(in_turn(path, threads, turns)))
    else:
        print(json.dumps(sample(path, threads) if side == "sample" else plain(prepared(path, threads), STEPS)))


def asked(repository: Path, side: str, given: argparse.Namespace, turns: int = 0) -> Any:
    words = [str(repository / ".venv/bin/python"), __file__, "--inside", side, str(repository / "examples/text.py")]
    done = subprocess.run([*words, str(given.threads), str(turns)], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def percent(name: str, ratios: Sequence[float]) -> str:
    """By how much longer: the median, the middle half, and from which to which."""
    more = sorted(100 * (ratio - 1) for ratio in ratios)
    low, _, high = statistics.quantiles(more, n=4)
    middle = f"middle half {low:+.2f} to {high:+.2f}"
    return f"{name:44} {statistics.median(more):+8.2f} %  ({middle}, all {more[0]:+.2f} to {more[-1]:+.2f}, n={len(more)})"


def told(where: str, turns: Sequence[dict[str, tuple[float, float]]]) -> None:
    """What the sample adds to a step; what the plain loop adds to itself is noise."""
    for clock, name in enumerate(("the clock", "CPU time")):
        step = 1e3 * statistics.median(each["plain"][clock] for each in turns)
        print(f"{where}: a step of the plain loop takes {step:.2f} ms by {name}")
        for side, word in (("sample", "the sample adds"), ("again", "the plain loop adds")):
            print(percent(f"{where}: {word}, by {name}", [each[side][clock] / each["plain"][clock] for each in turns]))


def main() -> None:
    from _common import REPOSITORY, machine

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--turns", type=int, default=96)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    python = REPOSITORY / ".venv/bin/python"
    version = subprocess.check_output([python, "-c", "import torch; print(torch.__version__)"], text=True)
    print(f"{machine()}, torch {version.strip()}, {given.threads} threads", flush=True)
    told("one process", [turn for _ in range(given.processes) for turn in asked(REPOSITORY, "turn", given, given.turns)])
    rounds = []
    for number in range(given.rounds):
        first = number % len(SIDES)
        rounds.append({side: asked(REPOSITORY, side, given) for side in (*SIDES[first:], *SIDES[:first])})
    told("processes", rounds)
    print(machine())


if __name__ == "__main__":
    inside(sys.argv[2:]) if sys.argv[1:2] == ["--inside"] else main()
