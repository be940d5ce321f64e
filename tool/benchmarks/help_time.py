"""How long `./dev.sh --help` takes when all is built: beside a bare start of the same Python, in turn, medians.

python tool/benchmarks/help_time.py
"""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path

from _common import REPOSITORY, machine, row

ROUNDS = 30


def seconds(argv: list[str | Path]) -> float:
    started = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    door = REPOSITORY / "dev.sh"
    subprocess.run([door, "--version"], check=True, stdout=subprocess.DEVNULL)
    python = next(REPOSITORY.glob(".torch-starter/*/tool/bin/python"))
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(1000 * seconds([python, "-I", "-c", "pass"]))
        ours.append(1000 * seconds([door, "--help"]))
    print(machine())
    print(row("python -c pass", bare, "ms"))
    print(row("./dev.sh --help", ours, "ms"))
    print(f"{'median of the differences':44} {statistics.median(b - a for a, b in zip(bare, ours, strict=True)):8.2f} ms")


if __name__ == "__main__":
    main()
