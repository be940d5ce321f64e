"""Draws the pictures of docs/: pages of real runs, recorded in tool/tests/golden/*-run.json.

    .torch-starter/*/tool-tests/bin/python tool/pictures.py

It needs chromium, and is run again where a page has changed its looks. A run of `profile` or `memory-profile` is recorded
from its answer with --json, without what is below the picture:

    .torch-starter/*/tool-tests/bin/python tool/pictures.py profile ANSWER.json
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tool" / "src"))

import msgspec  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from torch_starter.core.profile import Profile  # noqa: E402
from torch_starter.core.proof import Proof  # noqa: E402
from torch_starter.core.proofs import with_infinities  # noqa: E402
from torch_starter.core.report import Finding, Measurement, Past, Report  # noqa: E402
from torch_starter.show.html import page  # noqa: E402
from torch_starter.verbs._conclusion import conclusion  # noqa: E402

RECORDED = ROOT / "tool" / "tests" / "golden"
PICTURES = ROOT / "docs" / "pictures"
WIDTH = 1000
LAST = {  # what is still on the picture (the last of them that is there), and the pixels below it
    "benchmark": ("#samples", 80),
    "optimize": ("#gain, section:has(> #profile)", 48),
    "profile": ("#flame", 24),
    "memory-profile": ("#course", 64),
}
BELOW = ("start", "events", "calls", "ops")  # of a process: what is below the picture, and much


def main() -> int:
    """Draw them; the exit code."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("chromium is needed: sudo apt install chromium", file=sys.stderr)
        return 4
    PICTURES.mkdir(exist_ok=True)
    for name, report in (("benchmark", benchmark), ("optimize", optimize), ("profile", profile), ("memory-profile", profile)):
        if not (RECORDED / f"{name}-run.json").is_file():
            print(f"not recorded: {name}", file=sys.stderr)
            continue
        picture = PICTURES / f"{name}.png"
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.html"
            file.write_text(page(report(recorded(name))), encoding="utf-8")
            draw(chromium, file, picture, *LAST[name])
        print(f"written: {picture.relative_to(ROOT)}, {picture.stat().st_size // 1000} kB")
    return 0


def recorded(name: str) -> dict[str, Any]:
    """A run as it was answered."""
    return dict(json.loads((RECORDED / f"{name}-run.json").read_text(encoding="utf-8")))


def benchmark(told: dict[str, Any]) -> Report:
    """Figures, and those of earlier runs."""
    measurements = msgspec.convert(told["measurements"], list[Measurement])
    return Report(
        command="benchmark",
        measured=True,
        measurements=measurements,
        history=msgspec.convert(told["history"], list[Past]),
        facts=told["facts"],
        conclusion=conclusion(measurements),
        started_at=told["started_at"],
        seconds=told["seconds"],
    )


def optimize(told: dict[str, Any]) -> Report:
    """A proof."""
    proof = msgspec.convert(with_infinities(told["proof"]), Proof)
    return Report(command="optimize", proof=proof, facts=told["facts"], started_at=told["started_at"], seconds=told["seconds"])


def profile(told: dict[str, Any]) -> Report:
    """A profile, and what it advises."""
    names = ("command", "facts", "started_at", "seconds")
    findings = [{key: value for key, value in each.items() if key != "group"} for each in told["findings"]]
    return Report(
        findings=msgspec.convert(findings, list[Finding]),
        profile=msgspec.convert(told["profile"], Profile),
        **{name: told[name] for name in names},
    )


def record(name: str, answer: Path) -> int:
    """Keep an answer, without what is below the picture."""
    told = json.loads(answer.read_text(encoding="utf-8"))
    for process in told["profile"]["processes"]:
        for each in BELOW:
            process.pop(each, None)
    kept = ("command", "findings", "profile", "facts", "started_at", "seconds")
    text = json.dumps({each: told[each] for each in kept}, separators=(",", ":"))
    (RECORDED / f"{name}-run.json").write_text(f"{text}\n", encoding="utf-8")
    return 0


def draw(chromium: str, file: Path, picture: Path, last: str, below: int) -> None:
    """The page from its top to the last picture that is wanted, as a browser shows it in the light."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shown = browser.new_context(color_scheme="light", viewport={"width": WIDTH, "height": 800}).new_page()
        shown.goto(file.as_uri())
        shown.wait_for_selector("html[data-drawn]", state="attached")
        end = max(shown.eval_on_selector_all(last, "all => all.map(each => each.getBoundingClientRect().bottom)"))
        shown.screenshot(path=picture, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": end + below})
        browser.close()


if __name__ == "__main__":
    sys.exit(record(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) == 3 else main())
