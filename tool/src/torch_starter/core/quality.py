"""What the code of a project must be: the kind of thing that one file in quality/ adds, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch_starter.core.facts import Facts
from torch_starter.core.machine import Machine
from torch_starter.core.problems import Missing
from torch_starter.core.processes import Done
from torch_starter.core.project import Project
from torch_starter.core.report import Finding
from torch_starter.core.spec import Spec


@dataclass(frozen=True)
class Tool:
    """A program that looks at code.

    It is taken from the environment where that has it, else from PATH, else `requirement` is put beside the environment, never
    into it. `extra`: it is one of the project's own packages, of that extra, and is taken from the environment alone: its version
    is the project's choice. `module`: what is imported then by the tests' process, or nothing where it is a program of its own.
    """

    name: str
    requirement: str = ""
    extra: str = ""
    module: str = ""
    about: str = ""
    source: str = ""
    without: str = "it cannot be looked at"


def no_uv() -> tuple[Path, Mapping[str, str]]:
    """Nobody has said where uv is."""
    raise Missing("uv.missing", "there is no uv", "python3 -m pip install uv")


@dataclass(frozen=True)
class Code:
    """The code of a project as it is looked at.

    `paths`: the files and folders that are looked at, relative to the project's root; `asked`: the user named them. `python`:
    the interpreter of the environment, None where there is none yet; `variables`: what its programs are started with. `options`:
    those of the command. `find`: the words that start a tool; it raises Unknown where that cannot be had. `beside`: the folder
    with a tool's module, likewise. `fix`: what can be mended, is. `stopped`: whether the user has stopped us. `lock`: of the
    environment, or of the one that would be made here, None where that is not known. `uv`: the program and its variables.
    """

    project: Project
    machine: Machine
    spec: Spec
    facts: Facts
    paths: tuple[str, ...]
    find: Callable[[Tool], Sequence[str]]
    beside: Callable[[Tool], Path]
    variables: Mapping[str, str]
    python: Path | None = None
    asked: bool = False
    fix: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    stopped: Callable[[], bool] = bool
    lock: Path | None = None
    uv: Callable[[], tuple[Path, Mapping[str, str]]] = no_uv

    @property
    def root(self) -> Path:
        return self.project.root

    def run(self, argv: Sequence[str | Path], timeout: float | None = None) -> Done:
        """A program in the project's root, with the environment's variables."""
        return self.machine.processes.run(argv, env=self.variables, cwd=self.root, timeout=timeout, until=self.stopped)


@dataclass(frozen=True)
class Quality:
    """Something that the code of a project must be; a member of `all-checks`.

    `look` yields findings, whose ids are `name` or begin with it and a dot: one for each place that is not well, or one that says
    what is well. It raises `Absent` with the fact by which it does not apply, `Unknown` where it could not look. With `code.fix`
    it mends what it can first. `command`: the command of its own, where it has one. `about` says what it looks at, `mend` what
    mends it, `source` where its rules are known from.
    """

    name: str
    title: str
    about: str
    look: Callable[[Code], Iterable[Finding]]
    mend: str
    source: str
    tools: tuple[Tool, ...] = ()
    command: str = ""
    fixes: bool = False
