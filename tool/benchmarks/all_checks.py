"""`all-checks` on this repository, warm: how long all of it takes, beside its slowest member alone.

    tool/benchmarks/all_checks.py [--rounds N]

Each round runs every member alone, then all of them, in turn. Exits 1 where all take more than 1.2 times as long as the slowest.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from typing import Any

from _common import REPOSITORY, machine, row

LIMIT = 1.2


def seconds(*words: str) -> tuple[float, dict[str, Any]]:
    """How long a command takes, and its report."""
    began = time.monotonic()
    done = subprocess.run([REPOSITORY / "dev.sh", "all-checks", "--json", *words], capture_output=True, text=True)
    return time.monotonic() - began, json.loads(done.stdout)


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(machine())
    _, report = seconds()
    verdicts = {each["id"]: each["verdict"] for each in report["findings"]}
    print(
        f"exit code {report['exit_code']}; {', '.join(f'{id} {verdict}' for id, verdict in verdicts.items() if verdict != 'ok')}"
    )
    members = json.loads(subprocess.run([REPOSITORY / "dev.sh", "all-checks", "--list", "--json"], capture_output=True).stdout)
    names = [each["name"] for each in members["entries"]]
    taken: dict[str, list[float]] = {name: [] for name in (*names, "all")}
    for _ in range(given.rounds):
        for name in names:
            taken[name].append(seconds("--only", name)[0])
        taken["all"].append(seconds()[0])
    for name, values in taken.items():
        print(row(name, values))
    slowest = max(names, key=lambda name: statistics.median(taken[name]))
    ratio = statistics.median(taken["all"]) / statistics.median(taken[slowest])
    print(f"all take {ratio:.2f} times as long as {slowest} alone; limit {LIMIT}")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
