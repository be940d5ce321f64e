"""Progress on stderr: bars with sizes and time left on a terminal, a line for each stage elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
)
from rich.text import Text

from torch_starter.core.progress import Stage, Unit

QUIET_SECONDS = 10.0  # where there is no terminal, a stage that takes longer says so again, this often


class TimesColumn(ProgressColumn):
    """How long it has taken, and as soon as that can be told how long it will."""

    def render(self, task: Task) -> Text:
        gone, left = clock(task.elapsed or 0.0), task.time_remaining
        return Text(gone if left is None or task.finished else f"{gone}, {clock(left)} left", style="cyan")


def clock(seconds: float) -> str:
    """3:05 for 185 seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


class TerminalProgress:
    """Progress for the stderr that `console` writes to."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        self._console.print(escape(text))

    @contextlib.contextmanager
    def stage(self, title: str, total: float | None, unit: Unit) -> Iterator[Stage]:
        if not self._console.is_terminal:
            yield from self._plain(title)
            return
        amounts: dict[Unit, list[ProgressColumn]] = {"bytes": [DownloadColumn()], "things": [MofNCompleteColumn()], "seconds": []}
        words = TextColumn("{task.description:<10}"), BarColumn(bar_width=18), *amounts[unit], TimesColumn()
        detail = TextColumn("{task.fields[detail]}", style="dim")
        with Progress(SpinnerColumn(), *words, detail, console=self._console, transient=True) as progress:
            yield BarStage(progress, progress.add_task(title, total=total, detail=""))

    def _plain(self, title: str) -> Iterator[Stage]:
        started = time.monotonic()
        self._console.print(f"{escape(title)} ...")
        yield LineStage(self._console, title)
        self._console.print(f"{escape(title)}: {time.monotonic() - started:.1f} s")


class BarStage:
    """A stage drawn as a bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def to(self, done: float, total: float | None = None, detail: str = "") -> None:
        self._progress.update(self._task, completed=done, total=total, detail=detail[:24])


class LineStage:
    """A stage told in lines, not too many of them."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._said = time.monotonic()

    def to(self, done: float, total: float | None = None, detail: str = "") -> None:
        now = time.monotonic()
        if total and now - self._said > QUIET_SECONDS:
            self._said = now
            self._console.print(f"{escape(self._title)}: {100 * done / total:.0f} %{escape(f', {detail}' if detail else '')}")
