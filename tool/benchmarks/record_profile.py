"""Records what `profile` tells of the planted and the healthy scripts, for the tests: small, and without paths of this machine.

    python tool/benchmarks/record_profile.py [--only reads,cnn] [--steps 60]

The recordings are in tool/tests/profiles: time/NAME.json and healthy/NAME.json, each a core/profile.Profile. What no advice
reads is left out: the timeline, the stacks of the start, stacks that were hardly seen.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from _common import REPOSITORY

PLANTED, KEPT = REPOSITORY / "tool" / "benchmarks" / "planted", REPOSITORY / "tool" / "tests" / "profiles"
STACKS, OPS, CALLS = 100, 40, 60
DIGITS = 5
INSTALLED = re.compile(r"[^\"]*/(?=site-packages/|lib/python3)")


def main() -> None:
    """Profile each script, and keep what it tells."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", metavar="SCRIPT,...")
    parser.add_argument("--steps", default="60", help="that are looked at")
    given = parser.parse_args()
    only = [name for name in given.only.split(",") if name]
    for folder in ("time", "healthy"):
        for script in sorted((PLANTED / folder).glob("*.py")):
            if not only or script.stem in only:
                path = KEPT / folder / f"{script.stem}.json"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(recorded(script, given.steps))
                print(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size / 1000:.0f} kB", flush=True)


def recorded(script: Path, steps: str) -> str:
    """What is told of a script, as it is kept."""
    words = ["profile", "--json", "--steps", steps, str(script.relative_to(REPOSITORY)), "--steps", "1000000"]
    done = subprocess.run([str(REPOSITORY / "dev.sh"), *words], cwd=REPOSITORY, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{script}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout)["profile"]
    kept = {key: told[key] for key in ("of", "script", "seconds")}
    kept["processes"] = [small(process) for process in told["processes"]]
    text = json.dumps(rounded(kept), separators=(",", ":"))
    return INSTALLED.sub("", text.replace(f"{REPOSITORY}/", "")) + "\n"


def small(process: dict[str, Any]) -> dict[str, Any]:
    """Without what no advice reads."""
    left = {key: value for key, value in process.items() if key not in ("events", "start", "process", "error", "notes", "kept")}
    return {
        **left,
        "stacks": largest(process["stacks"]),
        "ops": process["ops"][:OPS],
        "calls": process["calls"][:CALLS],
        "workers": [{**worker, "stacks": largest(worker["stacks"])} for worker in process["workers"]],
        "compiled": {
            **process["compiled"],
            "again": process["compiled"]["again"][:3],
            "breaks": process["compiled"]["breaks"][:3],
        },
    }


def largest(stacks: dict[str, Any]) -> dict[str, Any]:
    """The stacks that were seen longest, with the frames that are in them."""
    kept = sorted(stacks["stacks"], key=lambda stack: -stack[1])[:STACKS]
    used = sorted({number for numbers, _ in kept for number in numbers})
    places = {number: place for place, number in enumerate(used)}
    frames = [stacks["frames"][number] for number in used]
    return {**stacks, "frames": frames, "stacks": [[[places[each] for each in numbers], spent] for numbers, spent in kept]}


def rounded(value: Any) -> Any:
    """With few digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
