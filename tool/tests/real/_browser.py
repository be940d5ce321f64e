"""Pages in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from torch_starter.core.report import Report
from torch_starter.show.html import page

CHROMIUM = shutil.which("chromium")
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


def started() -> Iterator[Browser]:
    """A browser, closed afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def written(folder: Path, report: Report) -> Path:
    """The page of a report."""
    path = folder / "report.html"
    path.write_text(page(report), encoding="utf-8")
    return path


class Opened:
    """A page with all that it said and asked for."""

    def __init__(self, browser: Browser, file: Path, scheme: str, width: int) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        dark = scheme == "dark"
        context = browser.new_context(color_scheme="dark" if dark else "light", viewport={"width": width, "height": 844})
        self.page: Page = context.new_page()
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("html[data-drawn]", state="attached")

    def heard(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def open(self) -> None:
        """All that is closed; what is drawn when it is opened is there afterwards."""
        for part in self.page.locator("details.part > summary").all():
            part.click()
        charts = self.page.locator(".chart").count()
        self.page.wait_for_selector(f"html[data-drawn='{charts}']", state="attached")

    def colour(self, picture: str) -> str:
        """Of the first words in a picture."""
        return str(self.page.eval_on_selector(f"{picture} .annotation text", "each => getComputedStyle(each).fill"))
