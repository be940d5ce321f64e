"""What `optimize` proves for scripts that are each bound by one thing, held against what one would do without it.

    python tool/benchmarks/optimize_claims.py [--only thread_bound,optimal] [--busy] [--budget 2] [--rounds 5] [--repeat 10]

In a clone of what is committed each script is optimized; then it is run by plain Python, with the guide's fixed values (4
threads), by torch.backends.xeon.run_cpu and with the profile that was proven, in turn. Seconds a step are those from the
script's line of one step to that of a later one, as they come out of it: no start is in them. --repeat times the two small
scripts that each proof names, in turn and from outside, and counts how often their ratio lies where the proof says that one more
pair does. With --busy another process keeps one core busy all the while. --markdown keeps the table in a file, row by row.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from _common import REPOSITORY, clone, machine

SCRIPTS = {
    "text": "examples/text.py",
    "vision": "examples/vision.py",
    **{
        name: f"tool/benchmarks/workloads/{name}.py"
        for name in ("data_bound", "thread_bound", "launch_bound", "allocator_bound", "optimal")
    },
}
GUIDE = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "4")
LASTS = 8.0  # seconds of steps, about, that are timed in a run
TOLD = 10  # each script tells every so many steps, or more often: so many warm up
MOST = 2000  # steps that are timed
LEAST = 0.03  # a smaller difference is none
OTHERS = ("plain", "guide", "run_cpu")
STEP = re.compile(r"step +(\d+) ")
HEADS = (
    "script",
    "proven",
    "gain of a step",
    "against plain",
    "the guide's values",
    "run_cpu",
    "the best of these",
    "by hand",
    "load",
)


@dataclass(frozen=True)
class Row:
    """What came out for a script: how many times as fast the proven profile is as each other way, round by round."""

    name: str
    proof: Mapping[str, Any]
    steps: Mapping[str, Sequence[float]]
    load: float
    inside: int = 0
    repeated: Sequence[float] = field(default_factory=tuple)

    def against(self, other: str) -> list[float]:
        return [before / after for before, after in zip(self.steps[other], self.steps["proven"], strict=True)]

    @property
    def best(self) -> str:
        """Of the ways without us, the fastest."""
        return min(OTHERS, key=lambda other: statistics.median(self.steps[other]))

    @property
    def verdict(self) -> str:
        """Faster or slower than the best of them where each round says so; else they are alike."""
        ratios = self.against(self.best)
        if min(ratios) > 1 and statistics.median(ratios) > 1 + LEAST:
            return "faster"
        return "slower" if max(ratios) < 1 and statistics.median(ratios) < 1 / (1 + LEAST) else "alike"

    @property
    def members(self) -> str:
        return ", ".join(f"{each['setting']} {each['label']}" for each in self.proof["members"]) or "nothing"

    @property
    def by_hand(self) -> str:
        return f"{self.inside} of {len(self.repeated)}" if self.repeated else "-"

    @property
    def gain(self) -> str:
        return stated(self.proof["gain"], "low", "high") if self.proof["members"] else "none"

    def line(self) -> str:
        """In 80 columns: two lines."""
        cells = "".join(f"{statistics.median(self.against(other)):8.2f}" for other in OTHERS)
        first = f"{self.name:15}{self.gain:>23}{cells}{self.verdict:>9}{self.by_hand.replace(' of ', '/'):>8}"
        told = f"  {self.members}; {1e3 * self.proof['step']:.4g} ms a step, {self.proof['seconds']:.0f} s searched"
        return f"{first}\n{told}"

    def cells(self) -> list[str]:
        """As Markdown has it."""
        others = [ranged(self.against(other)) for other in OTHERS]
        stated_again = f", in {stated(self.proof['whole'], 'again_low', 'again_high')}" if self.repeated else ""
        best = f"{self.best}: {self.verdict}"
        return [self.name, self.members, self.gain, *others, best, f"{self.by_hand}{stated_again}", f"{self.load:.1f}"]


def stated(gain: Mapping[str, Any], low: str, high: str) -> str:
    """A gain with its interval; JSON has no word for what is without end."""
    return f"{gain['value']:.2f} ({gain[low]:.2f} to {gain[high] or math.inf:.2f})"


def ranged(ratios: Sequence[float]) -> str:
    """The median of the rounds, and from which to which."""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def clean(more: Mapping[str, str] = {}) -> dict[str, str]:
    """The environment without what sets threads or allocators, and with something."""
    prefixes = ("OMP_", "MKL_", "OPENBLAS_", "NUMEXPR_", "GOMP_", "KMP_", "LD_PRELOAD", "MALLOC_", "TORCH_STARTER_")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(prefixes)}, **more}


class Bench:
    """Optimizes and runs scripts in a project."""

    def __init__(self, project: Path, budget: str, rounds: int, repeat: int) -> None:
        self.project, self.budget, self.rounds, self.repeat = project, budget, rounds, repeat
        self.door, self.python = str(project / "dev.sh"), str(project / ".venv" / "bin" / "python")

    def row(self, name: str) -> Row:
        """All that is to be found out about a script."""
        proof = self.optimized(SCRIPTS[name])
        try:
            steps = self.steps(SCRIPTS[name], proof["step"])
        finally:
            if proof["members"]:
                self.ask("optimize", "--revert", "--", "python", SCRIPTS[name])
        ratios = self.repeated(proof) if proof["members"] else []
        low, high = (proof["whole"][bound] for bound in ("again_low", "again_high")) if ratios else (0.0, math.inf)
        inside = sum(low <= ratio <= (high or math.inf) for ratio in ratios)
        return Row(name, proof, steps, os.getloadavg()[0], inside, ratios)

    def ask(self, *words: str) -> str:
        """What a command of ours prints; one that fails ends us."""
        done = subprocess.run([self.door, *words], env=clean(), cwd=self.project, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"dev.sh {' '.join(words)}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def optimized(self, script: str) -> dict[str, Any]:
        """The proof of a search, put in force."""
        command = ("--", "python", script, "--steps", "1000000")
        proof: dict[str, Any] = json.loads(self.ask("optimize", "--json", "--budget", self.budget, *command))["proof"]
        if proof["members"]:
            self.ask("optimize", "--json", "--apply", *command)
        return proof

    def steps(self, script: str, step: float) -> dict[str, list[float]]:
        """Seconds of a step in each way, round by round; each round begins with another."""
        count = TOLD * max(1, min(MOST, round(LASTS / step)) // TOLD)
        ways = {
            "plain": ([self.python, script], clean()),
            "guide": ([self.python, script], clean(GUIDE)),
            "run_cpu": ([self.python, "-m", "torch.backends.xeon.run_cpu", script], clean()),
            "proven": ([self.door, "run", "--", "python", script], clean()),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(self.rounds):
            first = number % len(ways)
            for name in (*list(ways)[first:], *list(ways)[:first]):
                found[name].append(self.step(*ways[name], count))
        return found

    def step(self, words: Sequence[str], variables: Mapping[str, str], count: int) -> float:
        """Seconds of a step over so many, after the first TOLD."""
        moments = {}
        with TemporaryFile("w+") as errors:
            argv = [*words, "--steps", str(TOLD + count)]
            running = subprocess.Popen(argv, env=variables, cwd=self.project, stdout=subprocess.PIPE, stderr=errors, text=True)
            for line in running.stdout or ():
                if found := STEP.match(line):
                    moments[int(found[1])] = time.perf_counter()
            if running.wait():
                errors.seek(0)
                sys.exit(f"{' '.join(argv)}: {running.returncode}\n{errors.read()[-2000:]}")
        return (moments[TOLD + count] - moments[TOLD]) / count

    def repeated(self, proof: Mapping[str, Any]) -> list[float]:
        """How many times as fast the second command of a proof is as the first: pairs by hand, whichever goes first in turn."""
        ratios = []
        for number in range(self.repeat):
            names = ("before", "after") if number % 2 == 0 else ("after", "before")
            spent = {name: self.whole(proof[name]) for name in names}
            ratios.append(spent["before"] / spent["after"])
        return ratios

    def whole(self, command: str) -> float:
        """Seconds of a command from outside."""
        started = time.perf_counter()
        subprocess.run(["sh", "-c", command], env=clean(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return time.perf_counter() - started


@contextmanager
def busy(wanted: bool) -> Iterator[None]:
    """One core kept busy by something else, where that is wanted."""
    text = "import os, sys\nwhile os.getppid() == int(sys.argv[1]):\n    for _ in range(10**7): pass"  # it does not outlive us
    others = [subprocess.Popen([sys.executable, "-c", text, str(os.getpid())])] if wanted else []
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@contextmanager
def ready() -> Iterator[Path]:
    """A clone with an environment of its own."""
    with clone() as project:
        subprocess.run([project / "dev.sh", "setup"], check=True, stdout=subprocess.DEVNULL)
        yield project


def where(project: Path, given: argparse.Namespace) -> str:
    """The line that says where the figures come from, and how they were taken."""
    version = subprocess.check_output([project / ".venv/bin/python", "-c", "import torch; print(torch.__version__)"], text=True)
    other = "one core kept busy by another process" if given.busy else "nothing else started"
    return f"{machine()}, torch {version.strip()}; {other}; searches of {given.budget} min, {given.rounds} rounds"


def markdown(title: str, rows: Sequence[Row], last: Sequence[str]) -> str:
    """The table, and what it says together."""
    lines = [HEADS, ["---"] * len(HEADS), *(row.cells() for row in rows)]
    return "\n".join([title, "", *(f"| {' | '.join(cells)} |" for cells in lines), "", *(f"- {line}" for line in last), ""])


def together(rows: Sequence[Row]) -> list[str]:
    """What the rows say of what is to be reached."""
    slower = [row.name for row in rows if row.verdict == "slower"]
    faster = [row.name for row in rows if row.verdict == "faster" and row.proof["members"]]  # else it is chance
    told = [f"slower than the best of the three: {', '.join(slower) or 'none'}; faster: {', '.join(faster) or 'none'}"]
    for row in rows:
        if row.name == "thread_bound":
            told.append(f"thread_bound: {ranged(row.against('guide'))} times as fast as with the guide's values")
        if row.name == "optimal":
            told.append(f"optimal: {f'{row.gain} is claimed' if row.proof['members'] else 'no claim'}")
    inside, pairs = sum(row.inside for row in rows), sum(len(row.repeated) for row in rows)
    return [*told, *([f"by hand: {inside} of {pairs} pairs lie where the proof says"] if pairs else [])]


def main() -> None:
    """Optimize, compare and repeat."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(SCRIPTS), metavar="SCRIPT,...")
    parser.add_argument("--busy", action="store_true", help="another process keeps one core busy")
    parser.add_argument("--budget", default="2", help="minutes of each search")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=10, help="pairs by hand of each proof")
    parser.add_argument("--here", action="store_true", help="in this project as it is, instead of a clone of what is committed")
    parser.add_argument("--markdown", type=Path, help="keep the table in this file, too")
    given = parser.parse_args()
    rows: list[Row] = []
    with nullcontext(REPOSITORY) if given.here else ready() as project, busy(given.busy):
        title, bench = where(project, given), Bench(project, given.budget, given.rounds, given.repeat)
        print(
            f"{title}\n\n{'script':15}{'gain of a step':>23}{'plain':>8}{'guide':>8}{'run_cpu':>8}{'best':>9}{'by hand':>8}",
            flush=True,
        )
        for name in given.only.split(","):
            rows.append(bench.row(name))
            print(rows[-1].line(), flush=True)
            if given.markdown:
                given.markdown.write_text(markdown(title, rows, together(rows)))
    print("\n" + "\n".join(together(rows)) + f"\n{machine()}")


if __name__ == "__main__":
    main()
