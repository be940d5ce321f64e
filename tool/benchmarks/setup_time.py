"""`setup` beside a bare `uv pip install` of the same lock, with the same bytecode and link settings; in turn, medians.

    python tool/benchmarks/setup_time.py [--empty] [--rounds N]

Without --empty all packages are in uv's cache; with it, each run has an empty cache of its own and downloads everything.
The proof is timed apart, as `setup --json` tells it. A third column has a set-up beside an environment that is there already.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from _common import clone, machine, row, uv

NEEDED = 25 * 2**30  # bytes of free disk with --empty


def bare(project: Path, variables: dict[str, str]) -> float:
    """Seconds of uv alone: an environment, the packages of the cpu lock with the extra that setup installs, bytecode."""
    folder = project / ".torch-starter" / "bare"
    python = next(project.glob(".torch-starter/*/tool/bin/python"))
    install = ["pip", "install", "-q", "--compile-bytecode", "--require-hashes", "-r", "pyproject.toml", "--extra", "dev"]
    started = time.perf_counter()
    subprocess.run([uv(), "venv", "-q", "--seed", "--python", python.resolve(), folder], check=True, cwd=project, env=variables)
    python_there = folder / "bin" / "python"
    subprocess.run([uv(), *install, "-c", "locks/cpu.txt", "--python", python_there], check=True, cwd=project, env=variables)
    spent = time.perf_counter() - started
    shutil.rmtree(folder)
    return spent


def ours(project: Path, variables: dict[str, str], *words: str) -> tuple[float, float]:
    """Seconds of `setup` without its proof, and of the proof."""
    argv = [str(project / "dev.sh"), "setup", "--accelerator", "cpu", "--json", *words]
    started = time.perf_counter()
    done = subprocess.run(argv, check=True, capture_output=True, text=True, env=variables)
    spent = time.perf_counter() - started
    proof = next(each["median"] for each in json.loads(done.stdout)["measurements"] if each["name"] == "proof")
    return spent - proof, proof


def forget(project: Path) -> None:
    """Remove the environments that setup made."""
    for folder in project.glob(".torch-starter/*/envs"):
        shutil.rmtree(folder)
    (project / ".venv").unlink(missing_ok=True)


def rounds(project: Path, count: int, empty: bool) -> dict[str, list[float]]:
    """Both ways in turn; seconds of each by its name."""
    found: dict[str, list[float]] = {"bare": [], "first": [], "again": [], "proof": []}
    for _ in range(count):
        for turn in ("bare", "ours"):
            variables = dict(os.environ, UV_LINK_MODE="hardlink")
            cache = project / ".torch-starter" / f"cache-{turn}"
            if empty:
                variables["UV_CACHE_DIR"] = str(cache)
            if turn == "bare":
                found["bare"].append(bare(project, variables))
            else:
                spent, proof = ours(project, variables)
                found["first"].append(spent)
                found["proof"].append(proof)
                if not empty:
                    found["again"].append(ours(project, variables, "--rebuild")[0])
                forget(project)
            shutil.rmtree(cache, ignore_errors=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with clone() as project:
        if given.empty and shutil.disk_usage(project).free < NEEDED:
            raise SystemExit("not enough free disk: 25 GB are needed")
        found = rounds(project, given.rounds, given.empty)
    print(machine(), "- package cache", "empty" if given.empty else "warm")
    print(row("bare uv, with bytecode", found["bare"]))
    print(row("setup, first, without its proof", found["first"]))
    if found["again"]:
        print(row("setup, beside an environment, without proof", found["again"]))
    print(row("the proof", found["proof"]))
    pairs = list(zip(found["bare"], found["first"], strict=True))
    print(f"{'setup / bare uv, median of pairs':44} {statistics.median(ours / bare for bare, ours in pairs):8.2f}")
    print(f"{'setup - bare uv, median of pairs':44} {statistics.median(ours - bare for bare, ours in pairs):8.2f} s")


if __name__ == "__main__":
    main()
