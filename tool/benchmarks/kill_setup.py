"""Kills `setup` at random moments, with the real packages, and asks each time whether the last good environment works.

    python tool/benchmarks/kill_setup.py [--kills N]

Exit status 0 where it worked every time.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from _common import clone, machine

USE = "import torch, transformers; assert torch.ones(2, 2).sum() == 4; print(torch.__version__)"


def whole_run(project: Path) -> float:
    """Seconds of a set-up that is let go on to its end."""
    started = time.perf_counter()
    subprocess.run([project / "dev.sh", "setup", "--rebuild"], check=True, capture_output=True)
    return time.perf_counter() - started


def killed_run(project: Path, after: float) -> bool:
    """Start a set-up and kill all of it after some seconds; whether it was still running then."""
    argv = [str(project / "dev.sh"), "setup", "--rebuild"]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        for pid in reversed(family(process.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()
        return True
    return False


def family(pid: int) -> list[int]:
    """A process and all below it: programs that setup starts have sessions of their own."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(word) for word in children.read_text().split()] if children.exists() else []
    return [pid, *(each for child in below for each in family(child))]


def works(project: Path) -> bool:
    """Whether the current environment imports and computes."""
    done = subprocess.run([project / "dev.sh", "run", "--", "python", "-c", USE], capture_output=True, text=True)
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with clone() as project:
        print(machine())
        whole_run(project)
        length = whole_run(project)
        print(f"a set-up takes {length:.1f} s; killed {given.kills} times between 0 and {length:.1f} s")
        good, running = 0, 0
        for number in range(given.kills):
            running += killed_run(project, chance.uniform(0, length))
            good += works(project)
            if (number + 1) % 10 == 0:
                print(f"  {number + 1}: worked {good}", flush=True)
        whole_run(project)
        left = [path for folder in project.glob(".torch-starter/*/envs") for path in folder.iterdir()]
        print(f"killed while running: {running} of {given.kills}; the last good environment worked {good} of {given.kills} times")
        print(f"the next set-up went on; environments left: {len(left)}")
        return 0 if good == given.kills and len(left) == 2 else 1


if __name__ == "__main__":
    sys.exit(main())
