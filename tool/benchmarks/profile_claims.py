"""What `profile` and `memory-profile` find in scripts with one planted fault each and in healthy ones, and what looking costs.

    python tool/benchmarks/profile_claims.py [--only reads,growing_cache,cnn] [--rounds 5] [--really] [--markdown FILE]

Each script of planted/time and planted/memory goes through the real command. The first finding has to name its fault, and the
line that ends with "# the fault: ID". Healthy scripts have to be told nothing. --really also runs each script of planted/time
with its fault and without, by plain Python, and tells how many times as fast it really is.

What looking costs is told for the healthy scripts. CPU time and the largest resident size are those of the whole command from
outside, and of plain Python that does as many steps, in pairs side by side, of which each begins with the other: medians of
--rounds pairs. Of profiled steps it is CPU time against bare steps of the same run, as the command itself says.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from _common import REPOSITORY, machine

PLANTED = REPOSITORY / "tool" / "benchmarks" / "planted"
COMMANDS = {"time": "profile", "memory": "memory-profile"}
FAULT = re.compile(r"# the fault: (\S+)")
STEP = re.compile(r"step +(\d+) ")
ENDLESS = "1000000"  # steps: the command ends it
LASTS = 8.0  # seconds of steps that are timed by --really
LEAST = 1.05  # of a gain that a healthy script may be told
HEADS = ("script", "fault", "first finding", "right", "line", "gain", "really", "also told")
COSTS = ("script", "command", "profiled steps", "whole run, CPU time", "largest resident size", "page")


@dataclass(frozen=True)
class Row:
    """What was found in a script."""

    name: str
    fault: str
    line: int
    findings: Sequence[dict[str, Any]]
    really: float = 0.0

    @property
    def first(self) -> dict[str, Any]:
        return self.findings[0] if self.findings else {}

    @property
    def right(self) -> bool:
        """The first one names the fault; or there is none where there is no fault."""
        if not self.fault:
            return all(each["gain"] < LEAST for each in self.findings)
        return bool(self.first) and self.first["id"] == self.fault

    @property
    def at(self) -> bool:
        """And where it is."""
        place = self.first.get("place") or {}
        return self.right and (not self.fault or place.get("line") == self.line)

    @property
    def gain(self) -> str:
        return f"{self.first['gain']:.2f}" if self.first else "-"

    def line_of_table(self) -> str:
        """In 80 columns."""
        told = self.first.get("id", "nothing")
        really = f"{self.really:.2f}" if self.really else "-"
        return f"{self.name:18}{told:28}{yes(self.right):>6}{yes(self.at):>6}{self.gain:>8}{really:>9}"

    def cells(self) -> list[str]:
        """As Markdown has it."""
        more = ", ".join(f"{each['id']} {each['gain']:.2f}" for each in self.findings[1:]) or "-"
        really = f"{self.really:.2f}" if self.really else "-"
        told = self.first.get("id", "nothing")
        return [self.name, self.fault or "none", told, yes(self.right), yes(self.at), self.gain, really, more]


@dataclass
class Cost:
    """What looking costs for a script: a ratio for each pair of runs."""

    name: str
    command: str
    steps: dict[str, list[float]] = field(default_factory=dict)
    cpu: list[float] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    page: int = 0

    def line_of_table(self) -> str:
        """In 80 columns."""
        steps = ", ".join(f"{mode} {statistics.median(each):.2f}" for mode, each in self.steps.items()) or "-"
        whole = f"{statistics.median(self.cpu):.2f}x CPU {statistics.median(self.resident):.2f}x size"
        return f"{self.name:12}{self.command:15}{whole:>22}{self.page / 1e6:>6.2f} MB\n  {steps}"

    def cells(self) -> list[str]:
        """As Markdown has it."""
        steps = ", ".join(f"{mode} {ranged(each)}" for mode, each in self.steps.items()) or "-"
        return [self.name, self.command, steps, ranged(self.cpu), ranged(self.resident), f"{self.page / 1e6:.2f} MB"]


def yes(true: bool) -> str:
    return "yes" if true else "NO"


def ranged(ratios: Sequence[float]) -> str:
    """The median, and from which to which."""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


@dataclass(frozen=True)
class Bench:
    """Runs scripts through the commands and by plain Python."""

    folder: Path
    python: str = str(REPOSITORY / ".venv" / "bin" / "python")

    def row(self, script: Path, of: str, really: bool) -> Row:
        """What is found in a script, held against what is planted in it."""
        planted = [(number, FAULT.search(text)) for number, text in enumerate(script.read_text().splitlines(), 1)]
        line, fault = next(((number, found[1]) for number, found in planted if found), (0, ""))
        findings = self.ask(of, script)["findings"]
        faster = self.step(script) / self.step(script, "--mended") if really and of == "time" and fault else 0.0
        return Row(script.stem, fault, line, findings, faster)

    def ask(self, of: str, script: Path, *options: str) -> dict[str, Any]:
        """What a command answers; one that did not answer ends us."""
        done, _ = self.run([str(REPOSITORY / "dev.sh"), COMMANDS[of], "--json", *options, str(script), "--steps", ENDLESS])
        told: dict[str, Any] = json.loads(done or '{"problem": "no answer"}')
        if told.get("problem") or not told.get("profile"):
            sys.exit(f"{COMMANDS[of]} {script}: {told.get('problem')}")
        return told

    def run(self, argv: Sequence[str]) -> tuple[str, tuple[float, float]]:
        """What a command prints, its CPU time with that of all its children, and the largest resident size among them."""
        with (self.folder / "out").open("w+") as out, (self.folder / "err").open("w+") as err:
            process = subprocess.Popen(argv, cwd=REPOSITORY, stdout=out, stderr=err)
            _, _, used = os.wait4(process.pid, 0)
            out.seek(0)
            return out.read(), (used.ru_utime + used.ru_stime, float(used.ru_maxrss))

    def step(self, script: Path, *more: str) -> float:
        """Seconds of a step by plain Python, after those that warm up."""
        moments: list[tuple[int, float]] = []
        argv = [self.python, str(script), "--steps", ENDLESS, *more]
        process = subprocess.Popen(argv, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            for text in process.stdout or ():
                if (found := STEP.match(text)) and int(found[1]) >= 10:
                    moments.append((int(found[1]), time.perf_counter()))
                    if moments[-1][1] - moments[0][1] > LASTS:
                        break
        finally:
            process.kill()
            process.wait()
        (first, began), (last, ended) = moments[0], moments[-1]
        return (ended - began) / (last - first)

    def cost(self, script: Path, of: str, rounds: int) -> Cost:
        """What looking costs, pair by pair: as many steps as the command did at first."""
        page = self.folder / "page.html"
        told = self.ask(of, script, "--html", str(page))
        cost = Cost(script.stem, COMMANDS[of], page=page.stat().st_size)
        for number in range(rounds):
            profiled = self.profiled(script, of) if number % 2 == 0 else None
            steps = done_steps(profiled[0] if profiled else told)
            bare = self.run([self.python, str(script), "--steps", str(steps)])[1]
            if profiled is None:
                profiled = self.profiled(script, of)
            more = done_steps(profiled[0]) / steps  # it may do some more or some less than the time before
            cost.cpu.append(profiled[1][0] / (bare[0] * more))
            cost.resident.append(profiled[1][1] / bare[1])
            for each in profiled[0]["measurements"]:
                if each["name"] == "overhead":
                    cost.steps.setdefault(each["params"]["of"], []).extend(each["samples"])
        return cost

    def profiled(self, script: Path, of: str) -> tuple[dict[str, Any], tuple[float, float]]:
        """What a command answers, and what it used."""
        out, used = self.run([str(REPOSITORY / "dev.sh"), COMMANDS[of], "--json", str(script), "--steps", ENDLESS])
        return json.loads(out), used


def done_steps(told: dict[str, Any]) -> int:
    """How many steps a script did while it was looked at; the first one is not told."""
    return 1 + max(len(each["steps"]) for each in told["profile"]["processes"])


def scripts(only: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """What is looked at, and for what."""
    for folder, asked in (("time", ("time",)), ("memory", ("memory",)), ("healthy", ("time", "memory"))):
        for script in sorted((PLANTED / folder).glob("*.py")):
            if not only or script.stem in only or f"{folder}/{script.stem}" in only:
                yield from ((of, script) for of in asked)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """As Markdown has it."""
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]


def together(rows: Sequence[Row]) -> list[str]:
    """What the rows say of what is to be reached."""
    planted, healthy = [row for row in rows if row.fault], [row for row in rows if not row.fault]
    right, at = sum(row.right for row in planted), sum(row.at for row in planted)
    told = [f"planted: the first finding is right in {right} of {len(planted)}, and its line in {at}"] if planted else []
    if healthy:
        told.append(f"healthy: nothing of {LEAST} or more is told in {sum(row.right for row in healthy)} of {len(healthy)}")
    return told


def keep(path: Path | None, rows: Sequence[Row], costs: Sequence[Cost]) -> None:
    """Write the tables into a file, where one is wanted."""
    parts = [[machine()], table(HEADS, [row.cells() for row in rows]), [f"- {line}" for line in together(rows)]]
    parts.append(table(COSTS, [cost.cells() for cost in costs]) if costs else [])
    if path is not None:
        path.write_text("\n\n".join("\n".join(part) for part in parts if part) + "\n")


def main() -> None:
    """Ask, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", metavar="SCRIPT,...")
    parser.add_argument(
        "--rounds", type=int, default=5, help="pairs of runs, of healthy scripts, for what looking costs; 0: none"
    )
    parser.add_argument("--really", action="store_true", help="run them without their fault, too")
    parser.add_argument("--markdown", type=Path, help="keep the tables in this file, too")
    given = parser.parse_args()
    only = [name for name in given.only.split(",") if name]
    rows: list[Row] = []
    costs: list[Cost] = []
    with TemporaryDirectory(prefix="claims ") as folder:
        bench = Bench(Path(folder))
        print(f"{machine()}\n\n{'script':18}{'first finding':28}{'right':>6}{'line':>6}{'gain':>8}{'really':>9}", flush=True)
        for of, script in scripts(only):
            rows.append(bench.row(script, of, given.really))
            print(rows[-1].line_of_table(), flush=True)
            keep(given.markdown, rows, costs)
        print("\n" + "\n".join(together(rows)), flush=True)
        for of, script in scripts(only) if given.rounds else ():
            if script.parent.name == "healthy":
                costs.append(bench.cost(script, of, given.rounds))
                print(costs[-1].line_of_table(), flush=True)
                keep(given.markdown, rows, costs)


if __name__ == "__main__":
    main()
