"""Where an answer that goes on changing is shown. The words are here; what they look like is in `show`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch_starter.core.report import Report


class Screen(Protocol):
    """One answer that is given again and again, in the same place."""

    def show(self, report: Report) -> None:
        """What is to be seen from now on."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time go by, in which the user may stop us."""
        ...


class NoScreen:
    """Nobody looks, and nobody waits."""

    def show(self, report: Report) -> None:
        return None

    def wait(self, seconds: float) -> None:
        return None


@contextmanager
def no_screen() -> Iterator[Screen]:
    """Where nothing is shown on the way."""
    yield NoScreen()
