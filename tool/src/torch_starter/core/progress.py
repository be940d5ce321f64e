"""How a command says what it is doing. The words are here; what they look like is in `show`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal, Protocol

Unit = Literal["bytes", "things", "seconds"]


class Stage(Protocol):
    """One stretch of work. Amounts are in the unit that the stage was begun with."""

    def to(self, done: float, total: float | None = None, detail: str = "") -> None:
        """How far it is by now, and what it is at."""
        ...


class Progress(Protocol):
    """Where a verb says what it does: a terminal, a log, or nowhere."""

    def say(self, text: str) -> None:
        """A line for people; never part of the JSON answer."""
        ...

    def stage(self, title: str, total: float | None, unit: Unit) -> AbstractContextManager[Stage]:
        """Begin a stretch of work of which `total` is to be done, as far as one knows."""
        ...
