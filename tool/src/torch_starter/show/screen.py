"""An answer that changes, in one place of the terminal; elsewhere a line now and then."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from torch_starter.core.report import Report
from torch_starter.core.screen import Screen
from torch_starter.show._words import WELL, against, plain
from torch_starter.show.measurements import lines


@contextlib.contextmanager
def screen(console: Console) -> Iterator[Screen]:
    """Begin to show an answer that changes."""
    if not console.is_terminal:
        yield PlainScreen(console)
        return
    with Live(console=console, transient=True, auto_refresh=False) as live:
        yield LiveScreen(live)


class LiveScreen:
    """Drawn anew each time, and gone at the end."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, report: Report) -> None:
        console = self._live.console
        unwell = [each for each in report.findings if each.verdict not in WELL]
        words = [Text(f"! {each.id}: {plain(each.seen)}", style="yellow", overflow="ellipsis", no_wrap=True) for each in unwell]
        left = Text("Ctrl-C ends it", style="dim")
        self._live.update(Group(*lines(report.measurements, console), *words, left), refresh=True)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


class PlainScreen:
    """Where nothing can be drawn anew."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, report: Report) -> None:
        for name, words in in_short(report).items():
            self._console.print(f"{name}: {', '.join(words)}", markup=False, soft_wrap=True)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


def in_short(report: Report) -> dict[str, list[str]]:
    """What has a limit, in a line for each thing that was measured."""
    found: dict[str, list[str]] = {}
    for each in report.measurements:
        if each.limit:
            told = f"{each.name} {against(each.samples[-1], each.limit.value, each.unit)}"
            found.setdefault(plain(" ".join(each.params.values())), []).append(told)
    return found
