"""Benches whose resolver and trials are made by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from torch_starter.core.files import LocalFiles
from torch_starter.core.problems import CommandFailed
from torch_starter.core.spec import Accelerator
from torch_starter.core.trial import Failure, Trial
from torch_starter.making.proposal import Kept, NoSolution, Proposal
from torch_starter.search.holds import Hold
from torch_starter.search.search import Outcome
from torch_starter.search.trials import Trials
from torch_starter.search.world import Candidate
from torch_starter.testing import LINUX, NoProcesses
from torch_starter.verbs._bench import Bench
from torch_starter.verbs._updating import Request, Searched, Update
from unit.answering import asking

PYPROJECT = '[project]\nname = "x"\ndependencies = ["alpha"]\n'
CPU = Accelerator()
HASH = f" \\\n    --hash=sha256:{'0' * 64}\n"


def locked(*pins: str) -> str:
    """The text of a lock."""
    return "".join(pin + HASH for pin in pins)


@dataclass
class Resolving:
    """In the place of a resolver. Without a text it has no solution; `error` is raised instead."""

    texts: list[str] = field(default_factory=lambda: [locked("alpha==1.1", "beta==1.0 ; sys_platform == 'win32'")])
    older_ones: Mapping[str, str] = field(default_factory=dict)
    files: str = ""
    gone: tuple[tuple[str, str, str], ...] = ()
    error: CommandFailed | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def propose(self, name: str, accelerator: Accelerator, bounds: Mapping[str, str], kept: Kept | None = None) -> Proposal:
        self.asked.append(("propose", name, dict(bounds), kept))
        if self.error:
            raise self.error
        if not self.texts:
            raise NoSolution("lock.no-solution", "none", "widen")
        return Proposal(self.texts[min(len(self.asked), len(self.texts)) - 1], "a remark")

    def older(self, requirement: Requirement | None, package: str, below: str, accelerator: Accelerator) -> str | None:
        self.asked.append(("older", requirement, package, below))
        return self.older_ones.get(package)

    def files_of(self, text: str, accelerator: Accelerator) -> str:
        self.asked.append(("files", text))
        return self.files

    def yanked(self, text: str, accelerator: Accelerator) -> list[tuple[str, str, str]]:
        self.asked.append(("yanked", text))
        return list(self.gone)


@dataclass
class TryingAside:
    """In the place of what installs and looks: `fails` says which of the findings fail."""

    environment: Path
    fails: Callable[[Mapping[str, str]], Set[str]] = lambda versions: set()
    unknown: bool = False
    seconds: float = 1.0
    attempts: list[tuple[dict[str, str], frozenset[str]]] = field(default_factory=list)

    @property
    def aside(self) -> TryingAside:
        return self

    def attempt(self, candidate: Candidate, asked: Set[str]) -> Trial:
        self.attempts.append((dict(candidate.versions), frozenset(asked)))
        failing = self.fails(candidate.versions)
        return Trial(
            versions=dict(candidate.versions),
            passed=tuple(sorted(set(asked) - failing)),
            failures=tuple(Failure(id, "it fails") for id in sorted(failing if not asked else failing & asked)),
            whole=not asked and not self.unknown,
            seconds=self.seconds,
        )


def bench(
    folder: Path, resolving: Resolving | None = None, trying: TryingAside | None = None, accelerator: Accelerator = CPU
) -> Bench:
    """A bench of the accelerator cpu in a project folder."""
    ask = asking(folder, NoProcesses())
    return Bench(
        ask,
        "cpu",
        accelerator,
        resolving or Resolving(),  # type: ignore[arg-type]
        trying or TryingAside(folder / "environment"),  # type: ignore[arg-type]
        Trials(folder / "trials", ask.machine.files, {"python": "3.12.1"}),
        LINUX,
        {"alpha": Requirement("alpha>=1,<2")},
    )


def searched(one: Bench, outcome: Outcome | None = None, **more: Any) -> Searched:
    """What became of the lock of a bench; without an outcome a set was found that works."""
    outcome = outcome or Outcome(found=Candidate({"alpha": "1.1"}, "the set"))
    usual = {"text": None, "before": {"alpha": "1.0"}, "after": {"alpha": "1.1"}, "holds": outcome.holds}
    return Searched(one.name, one, outcome, **{**usual, **more})


def update(folder: Path, *rows: Searched, before: Sequence[Hold] = (), request: Request | None = None, **options: Any) -> Update:
    """A run in a project with the accelerators cpu and cu130."""
    files = LocalFiles()
    files.write(folder / "pyproject.toml", PYPROJECT)
    files.write(folder / "torch-starter.toml", "[accelerators.cpu]\n[accelerators.cu130]\n")
    ask = replace(asking(folder, NoProcesses()), options=options)
    texts = {"pyproject.toml": PYPROJECT, "locks/cpu.txt": "the old lock", "locks/cu130.txt": None, "locks/holds.toml": None}
    return Update(ask, ask, request or Request("lock-update", ("cpu",)), tuple(before), texts, list(rows))
