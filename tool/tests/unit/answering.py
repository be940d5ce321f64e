"""Programs that a test makes by hand: what they answer, and a record of how they were started."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from torch_starter.core.ask import Ask
from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.core.processes import Done
from torch_starter.core.project import Project
from torch_starter.testing import NoProcesses, NoProgress


@dataclass(frozen=True)
class Started:
    """How a program was started."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path | None


def done(out: str = "", err: str = "", code: int = 0) -> Done:
    """What a program leaves that ends by itself."""
    return Done((), code, out, err, 0.1)


@dataclass
class Answering(NoProcesses):
    """Each program is answered by `answer`; `started` has them all."""

    answer: Callable[[Started], Done] = lambda started: done()
    started: list[Started] = field(default_factory=list)

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        input: str = "",
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,
        on_error_line: Callable[[str], None] | None = None,
        on_answer: Callable[[str], None] | None = None,
        until: Callable[[], bool] | None = None,
        gentle: float = 0.0,
    ) -> Done:
        self.started.append(Started(tuple(map(str, argv)), dict(env or {}), cwd))
        return self.answer(self.started[-1])


def asking(folder: Path, processes: NoProcesses, *rest: str, text: str = "", **variables: str) -> Ask:
    """An ask in a project folder, with the real files and programs made by hand; `text` comes by the standard input."""
    machine = Machine(processes, LocalFiles(), {"PWD": str(folder), **variables})
    return Ask(Project(folder, "tests"), machine, NoProgress(), {}, rest, lambda: text)
