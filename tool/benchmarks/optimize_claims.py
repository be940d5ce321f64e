"""What `optimize` proves for scripts that are each bound by one thing, held against what one would do without it.

    python tool/benchmarks/optimize_claims.py [--only thread_bound,optimal] [--busy] [--budget 2] [--rounds 3] [--repeat 10]

Each script is optimized, then run by plain Python, with the guide's fixed values (4 threads), by torch.backends.xeon.run_cpu
and with the profile that was proven, in turn, timed from outside: seconds a step are those of a run of many steps less those of a
run of one. With --busy another process keeps one core busy all the while. --repeat times the two scripts of each proof in turn,
and counts how often their ratio lies in the interval that the proof states for one more pair.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _common import REPOSITORY, machine

HERE = REPOSITORY / "tool" / "benchmarks" / "workloads"
SCRIPTS = {
    "text": REPOSITORY / "examples" / "text.py",
    "vision": REPOSITORY / "examples" / "vision.py",
    **{name: HERE / f"{name}.py" for name in ("data_bound", "thread_bound", "launch_bound", "allocator_bound", "optimal")},
}
GUIDE = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "4")
LASTS = 8.0  # seconds of steps, about, that a run has
MOST = 400  # steps of a run
OTHERS = ("plain", "guide", "run_cpu")


def clean(more: Mapping[str, str] = {}) -> dict[str, str]:
    """The environment without what sets threads or allocators, and with something."""
    prefixes = ("OMP_", "MKL_", "OPENBLAS_", "NUMEXPR_", "GOMP_", "KMP_", "LD_PRELOAD", "MALLOC_")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(prefixes)}, **more}


def timed(words: Sequence[str | Path], variables: Mapping[str, str]) -> float:
    """Seconds of a command from outside; one that fails ends us."""
    start = time.perf_counter()
    done = subprocess.run([str(word) for word in words], env=dict(variables), cwd=REPOSITORY, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}:\n{done.stderr[-2000:]}")
    return time.perf_counter() - start


def ways(script: Path) -> dict[str, tuple[list[str | Path], dict[str, str]]]:
    """How the script is run, in each way: words before --steps, and variables."""
    python = REPOSITORY / ".venv" / "bin" / "python"
    return {
        "plain": ([python, script], clean()),
        "guide": ([python, script], clean(GUIDE)),
        "run_cpu": ([python, "-m", "torch.backends.xeon.run_cpu", script], clean()),
        "proven": ([REPOSITORY / "dev.sh", "run", "--", "python", script], clean()),
    }


def optimized(script: Path, budget: str) -> dict[str, Any]:
    """The proof of a search, put in force."""
    command = ["--", "python", str(script), "--steps", "1000000"]
    words = [str(REPOSITORY / "dev.sh"), "optimize", "--json"]
    for more in (["--budget", budget], ["--apply"]):
        done = subprocess.run([*words, *more, *command], env=clean(), cwd=REPOSITORY, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr[-2000:])
    proof: dict[str, Any] = json.loads(done.stdout)["proof"]
    return proof


def reverted(script: Path) -> None:
    """The profile out of force."""
    words = [REPOSITORY / "dev.sh", "optimize", "--revert", "--", "python", script]
    subprocess.run([str(word) for word in words], env=clean(), cwd=REPOSITORY, capture_output=True, check=False)


def steps(script: Path, proof: Mapping[str, Any], rounds: int) -> dict[str, list[float]]:
    """Seconds a step in each way, round by round."""
    count = max(4, min(MOST, int(LASTS / proof["step"])))
    every = ways(script)
    first = {name: timed([*words, "--steps", "1"], variables) for name, (words, variables) in every.items()}
    found: dict[str, list[float]] = {name: [] for name in every}
    for number in range(rounds):
        names = list(every)[number % len(every) :] + list(every)[: number % len(every)]
        for name in names:
            words, variables = every[name]
            found[name].append((timed([*words, "--steps", str(count + 1)], variables) - first[name]) / count)
    return found


def repeated(proof: Mapping[str, Any], times: int) -> tuple[int, list[float]]:
    """How often one more pair lies where the proof says, and the ratios."""
    ratios = []
    for turn in range(times):
        pair = {name: 0.0 for name in ("before", "after")}
        for name in pair if turn % 2 == 0 else reversed(pair):
            pair[name] = timed(["sh", "-c", proof[name]], clean())
        ratios.append(pair["before"] / pair["after"])
    low, high = proof["whole"]["again_low"], proof["whole"]["again_high"] or math.inf
    return sum(low <= ratio <= high for ratio in ratios), ratios


@contextmanager
def busy(wanted: bool) -> Iterator[None]:
    """One core kept busy by something else."""
    if not wanted:
        yield
        return
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        other.kill()
        other.wait()


def row(name: str, proof: Mapping[str, Any], found: Mapping[str, Sequence[float]]) -> str:
    """A script in a line: what was proven, and how many times as fast that is as each other way."""
    members = ", ".join(f"{each['setting']} {each['label']}" for each in proof["members"]) or "nothing"
    gain = proof["gain"] if proof["members"] else None
    told = f"{gain['value']:.2f} ({gain['low']:.2f} to {gain['high'] or math.inf:.2f})" if gain else "none"
    cells = [against(found[other], found["proven"]) for other in OTHERS]
    return f"| {name} | {members} | {told} | {' | '.join(cells)} |"


def against(other: Sequence[float], proven: Sequence[float]) -> str:
    """The median of the rounds' ratios, and their range."""
    ratios = [before / after for before, after in zip(other, proven, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def main() -> None:
    """Optimize, compare and repeat."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(SCRIPTS))
    parser.add_argument("--busy", action="store_true", help="another process keeps one core busy")
    parser.add_argument("--budget", default="2", help="minutes of each search")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=0, help="times that the scripts of each proof are timed by hand")
    given = parser.parse_args()
    print(f"{machine()}; {'one core kept busy' if given.busy else 'nothing else started'}; searches of {given.budget} min\n")
    print("| script | proven | gain of a step | times as fast as plain | as the guide's values | as run_cpu |")
    print("|---|---|---|---|---|---|", flush=True)
    with busy(given.busy):
        for name in given.only.split(","):
            proof = optimized(SCRIPTS[name], given.budget)
            print(row(name, proof, steps(SCRIPTS[name], proof, given.rounds)), flush=True)
            reverted(SCRIPTS[name])
            if given.repeat and proof["members"]:
                inside, ratios = repeated(proof, given.repeat)
                low, high = proof["whole"]["again_low"], proof["whole"]["again_high"]
                told = " ".join(f"{ratio:.2f}" for ratio in ratios)
                print(f"  repeated by hand: {inside} of {given.repeat} in {low:.2f} to {high:.2f}: {told}", flush=True)


if __name__ == "__main__":
    main()
