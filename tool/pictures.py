"""Draws the picture of docs/: the page of a real run of `benchmark`, recorded in tool/tests/golden/benchmark-run.json.

    .torch-starter/*/tool-tests/bin/python tool/pictures.py

It needs chromium, and is run again where the page has changed its looks.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tool" / "src"))

import msgspec  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from torch_starter.core.report import Measurement, Past, Report  # noqa: E402
from torch_starter.show.html import page  # noqa: E402
from torch_starter.verbs._conclusion import conclusion  # noqa: E402

RECORDED = ROOT / "tool" / "tests" / "golden" / "benchmark-run.json"
PICTURE = ROOT / "docs" / "pictures" / "benchmark.png"
WIDTH = 1000
LAST = "#samples"  # what is still on the picture


def main() -> int:
    """Draw it; the exit code."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("chromium is needed: sudo apt install chromium", file=sys.stderr)
        return 4
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "benchmark.html"
        file.write_text(page(recorded()), encoding="utf-8")
        PICTURE.parent.mkdir(exist_ok=True)
        draw(chromium, file)
    print(f"written: {PICTURE.relative_to(ROOT)}, {PICTURE.stat().st_size // 1000} kB")
    return 0


def recorded() -> Report:
    """The run as it was answered."""
    told = json.loads(RECORDED.read_text(encoding="utf-8"))
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


def draw(chromium: str, file: Path) -> None:
    """The page from its top to the last picture that is wanted, as a browser shows it in the light."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shown = browser.new_context(color_scheme="light", viewport={"width": WIDTH, "height": 800}).new_page()
        shown.goto(file.as_uri())
        shown.wait_for_selector("html[data-drawn]", state="attached")
        end = shown.eval_on_selector(LAST, "each => each.getBoundingClientRect().bottom")
        shown.screenshot(path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": end + 80})
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
