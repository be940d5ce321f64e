"""Kills `lock-update` at random moments and asks each time whether all is old or all is new.

    python tool/benchmarks/kill_lock_update.py [--kills N]

The packages are tiny and come from an index of the tests. Exit status 0 where nothing was ever half.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from _common import machine

TOOL = Path(__file__).resolve().parents[1]


def kill(kills: int, seed: int) -> tuple[int, int]:
    """How often it was running when it was killed, and how often all was new already; raises where something is half."""
    sys.path[:0] = [str(TOOL / "src"), str(TOOL / "tests")]
    from real._killing import kill_often, newer_releases
    from real._shelf import Shelf, served
    from real._shop import Shop, at_first

    with TemporaryDirectory(prefix="benchmark ") as folder, served(Shelf(Path(folder) / "shelf")) as shelf:
        shop = Shop(Path(folder) / "here", shelf)
        at_first(shop)
        newer_releases(shop)
        return kill_often(shop, kills, seed)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(machine())
    running, switched = kill(given.kills, given.seed)
    old = given.kills - switched
    print(f"killed while running: {running} of {given.kills}; all was old {old} times, all was new {switched} times, never half")
    return 0


if __name__ == "__main__":
    sys.exit(main())
