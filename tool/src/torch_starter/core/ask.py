"""What a verb is given: the words of the user, the project and the machine."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from torch_starter.core.facts import Facts
from torch_starter.core.machine import Machine
from torch_starter.core.problems import WrongUsage
from torch_starter.core.progress import Progress
from torch_starter.core.project import Project
from torch_starter.core.screen import Screen, no_screen
from torch_starter.core.spec import Spec
from torch_starter.core.spec_file import LoadedSpec, read


def nobody(question: str) -> bool | None:
    """Nobody is there to answer."""
    return None


@dataclass(frozen=True)
class Ask:
    """One command that a user gave. `options` holds the verb's own options by name; `rest` the words behind them.

    `input` reads all that comes in by the standard input. `confirm` puts a question, and answers None where nobody can.
    `screen` shows an answer that goes on changing.
    """

    project: Project
    machine: Machine
    progress: Progress
    options: Mapping[str, Any]
    rest: tuple[str, ...] = ()
    input: Callable[[], str] = str
    confirm: Callable[[str], bool | None] = nobody
    screen: Callable[[], AbstractContextManager[Screen]] = no_screen

    @cached_property
    def loaded_spec(self) -> LoadedSpec:
        """The spec and where its values came from; raises WrongSpec."""
        return read(self.project.spec, self.machine.files.read(self.project.spec), self.machine.variables)

    @property
    def spec(self) -> Spec:
        return self.loaded_spec.spec

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.machine)

    def flag(self, name: str) -> bool:
        """Whether a flag was given."""
        return bool(self.options.get(name))

    def text(self, name: str) -> str | None:
        """The value of an option, where it was given."""
        value = self.options.get(name)
        return None if value is None else str(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """The values of an option that may be given several times or with commas."""
        return tuple(word for value in self.options.get(name) or () for word in str(value).split(",") if word)

    @property
    def budget(self) -> float | None:
        """The seconds of --budget, which is given in minutes; None where it is not given, or is endless. Raises WrongUsage."""
        given = self.text("budget")
        try:
            minutes = float(given) if given is not None else math.inf
        except ValueError:
            minutes = 0.0
        if not minutes > 0:
            raise WrongUsage("budget", f"{given!r} is no number of minutes", "give minutes, such as --budget 10")
        return 60 * minutes if math.isfinite(minutes) else None

    def path(self, name: str) -> Path | None:
        """A path that the user gave, from the folder in which the command was typed; links in it stay as they are."""
        value = self.options.get(name)
        return None if value is None else Path(self.machine.variables.get("PWD", ".")) / Path(str(value)).expanduser()
