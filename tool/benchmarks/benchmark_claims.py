"""How often `benchmark` claims a difference where there is none, and how often it finds one that was planted.

    python tool/benchmarks/benchmark_claims.py [--runs 30] [--planted 20] [--only matmul,attention] [--quiet]

Runs of the same environment are compared each with each, while half of the processors are kept busy with something else (not
with --quiet). Then torch.mm is made 10 % slower, and each such run is compared with one of the others. It needs an interpreter
with the tool's packages: .torch-starter/*/tool-tests/bin/python.
"""

from __future__ import annotations

import argparse
import io
import itertools
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from _common import REPOSITORY, machine

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.history import Run

sys.path.insert(0, str(REPOSITORY / "tool" / "src"))

BUDGET = 5.0  # seconds after which nothing is taken a fourth time: the suite's is for more figures
SLOWER = """
import time
import torch

product = torch.mm

def slower(*given, **named):
    began = time.thread_time()
    found = product(*given, **named)
    now = time.thread_time()
    until = now + (now - began) / 9  # nine tenths of the speed, by what this thread computes
    while time.thread_time() < until:
        pass
    return found

torch.mm = slower
"""


class Bench:
    """Takes runs of the current environment."""

    def __init__(self, only: Sequence[str], having: str) -> None:
        from torch_starter.core.catalog import collect
        from torch_starter.core.figures import key
        from torch_starter.core.kinds import Benchmark
        from torch_starter.verbs import _gather, _measuring, _takes

        self.ask = ask()
        chosen = [each for each in collect("benchmarks", Benchmark) if each.name in only]
        self.prepared = _measuring.prepare(self.ask, _gather.ours(self.ask), chosen, _takes.QUICK)
        self.takes = [
            take for take in self.prepared.side.takes if any(having in key(each.name, of.params) for each, of in take.figures)
        ]

    def run(self, **variables: str) -> Run:
        """One run, as `benchmark --suite quick` takes it; no limits are measured."""
        from torch_starter.verbs._takes import Rounds, Take

        side = self.prepared.side
        target = replace(side.target, variables={**side.target.variables, **variables})
        own = replace(side, target=target, takes=[Take(take.probe, take.figures) for take in self.takes])
        Rounds(self.ask, [own], BUDGET).run()
        return replace(self.prepared, side=own).run(self.ask, "", "quick")


def ask() -> Ask:
    """What the command would be given."""
    from torch_starter.core.ask import Ask
    from torch_starter.core.machine import local_machine
    from torch_starter.core.project import find_project
    from torch_starter.facts.system import in_container
    from torch_starter.show.progress import TerminalProgress
    from torch_starter.show.terminal import console

    here = local_machine()
    project = find_project(REPOSITORY, here.variables, here.files.read(Path("/etc/os-release")), in_container())
    return Ask(project, here, TerminalProgress(console(io.StringIO())), {})


@contextmanager
def half_busy() -> Iterator[None]:
    """Half of the processors, at least one, are kept busy, in bursts and pauses of some tenths of a second."""
    text = (
        "import random, time\n"
        "while True:\n"
        "    end = time.time() + random.uniform(0.1, 1.0)\n"
        "    while time.time() < end: pass\n"
        "    time.sleep(random.uniform(0.0, 0.2))"
    )
    busy = [subprocess.Popen([sys.executable, "-c", text]) for _ in range(max(1, (os.cpu_count() or 2) // 2))]
    try:
        yield
    finally:
        for each in busy:
            each.kill()
            each.wait()


def false_claims(runs: Sequence[Run]) -> dict[str, Counter[str]]:
    """What comparisons of the same with the same say, by figure."""
    from torch_starter.core.comparison import compare

    told: dict[str, Counter[str]] = {}
    for one, other in itertools.combinations(runs, 2):
        for each in compare(one, other):
            told.setdefault(each.measurement.key, Counter())[each.verdict] += 1
    return told


def found(before: Sequence[Run], planted: Sequence[Run]) -> dict[str, Counter[str]]:
    """What comparisons with a slower product say, by figure."""
    from torch_starter.core.comparison import compare

    told: dict[str, Counter[str]] = {}
    for one, other in zip(itertools.cycle(before), planted, strict=False):
        for each in compare(one, other):
            told.setdefault(each.measurement.key, Counter())[each.verdict] += 1
    return told


def kept(run: Run, path: Path | None) -> Run:
    """The run, added to a file where one was given."""
    from torch_starter.core.history import line

    if path:
        with path.open("a") as file:
            file.write(line(run) + "\n")
    return run


def table(title: str, told: dict[str, Counter[str]]) -> None:
    print(title)
    for key, counts in told.items():
        words = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        print(f"  {key:44} {sum(counts.values()):5} comparisons: {words}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--planted", type=int, default=20)
    parser.add_argument("--only", default="matmul")
    parser.add_argument("--having", default="", help="of their figures those alone that are called so, such as threads=1")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--keep", type=Path, help="write every run to this file, a line each")
    given = parser.parse_args()
    bench = Bench(given.only.split(","), given.having)
    print(machine())
    runs, planted = [], []
    with TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(SLOWER)
        with half_busy() if not given.quiet else TemporaryDirectory():
            for number in range(max(given.runs, given.planted)):  # in turn, so that what changes meanwhile meets both
                if number < given.runs:
                    runs.append(kept(bench.run(), given.keep))
                if number < given.planted:
                    planted.append(kept(bench.run(PYTHONPATH=folder), given.keep))
    table("the same with the same", false_claims(runs))
    table("the same with torch.mm at nine tenths of its speed", found(runs, planted))


if __name__ == "__main__":
    main()
