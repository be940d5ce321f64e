"""How long a verification takes: quick, default and full, beside torch.utils.collect_env, in turn, medians.

python tool/benchmarks/verify_time.py [--rounds 5] [--full-rounds 1]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections import Counter

from _common import REPOSITORY, machine, row

LEVELS = {"quick": ("--quick",), "default": (), "full": ("--full",)}


def seconds(argv: list[str]) -> tuple[float, str]:
    """How long a command takes, and what it prints."""
    started = time.perf_counter()
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=REPOSITORY)
    return time.perf_counter() - started, done.stdout


def verdicts(document: str) -> str:
    """How many findings of which kind."""
    counts = Counter(finding["verdict"] for finding in json.loads(document)["findings"])
    return ", ".join(f"{number} {verdict}" for verdict, number in counts.most_common())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full-rounds", type=int, default=1)
    given = parser.parse_args()
    door = str(REPOSITORY / "dev.sh")
    subprocess.run([door, "verify-setup", "--json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # caches and stamps
    print(machine())
    times: dict[str, list[float]] = {name: [] for name in (*LEVELS, "collect_env")}
    told = {}
    for number in range(given.rounds):
        spent, _ = seconds([str(REPOSITORY / ".venv/bin/python"), "-m", "torch.utils.collect_env"])
        times["collect_env"].append(spent)
        for name, words in LEVELS.items():
            if name != "full" or number < given.full_rounds:
                spent, document = seconds([door, "verify-setup", "--json", *words])
                times[name].append(spent)
                told[name] = verdicts(document)
    for name, samples in times.items():
        if samples:
            print(
                row(f"verify-setup, {name}" if name in LEVELS else "torch.utils.collect_env", samples),
                told.get(name, "no verdict"),
            )


if __name__ == "__main__":
    main()
