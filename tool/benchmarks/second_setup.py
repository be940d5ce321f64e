"""A second set-up of the whole stack on one machine: how much of it comes from the cache, and what it takes.

    .torch-starter/*/tool-tests/bin/python tool/benchmarks/second_setup.py [--accelerator cu130] [--times 3] [--empty]

Sets a fresh clone up, which fetches what the cache of packages lacks, and then again and again with --rebuild; the figures are
what `setup --json` itself measures. With --empty the cache is one of its own, and empty at first. Exits 1 where less than 95 % of
the bytes of a later one came from the cache. Takes minutes, and up to 6 GB of disk until it ends, most of it links.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from _common import clone, machine, row

WANTED = 95.0  # % of the bytes


def set_up(there: Path, variables: dict[str, str], accelerator: str, *words: str) -> dict[str, float]:
    """The measurements of one set-up."""
    argv = [there / "dev.sh", "setup", "--json", "--accelerator", accelerator, *words]
    done = subprocess.run(argv, capture_output=True, text=True, env=variables)
    if not done.stdout:
        sys.exit(done.stderr)
    report = json.loads(done.stdout)
    if report["problem"]:
        sys.exit(report["problem"]["message"])
    return {each["name"]: each["median"] for each in report["measurements"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accelerator", default="cpu")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--empty", action="store_true")
    given = parser.parse_args()
    print(machine())
    with clone() as there:
        variables = {**os.environ, **({"UV_CACHE_DIR": str(there.parent / "cache")} if given.empty else {})}
        first = set_up(there, variables, given.accelerator)
        later = [set_up(there, variables, given.accelerator, "--rebuild") for _ in range(given.times)]
    print(f"{given.accelerator}: {first['packages'] / 1e9:.2f} GB of packages")
    print(row("the first: from the cache", [first["from-cache"]], "%"))
    for name, unit in (("from-cache", "%"), ("build", "s"), ("proof", "s")):
        print(row(f"a later one: {name}", [each[name] for each in later], unit))
    return 0 if min(each["from-cache"] for each in later) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
