"""Fetching models and data sets that the spec names, by the target's own huggingface_hub."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from torch_starter.core.ask import Ask
from torch_starter.core.probing import PROBES
from torch_starter.core.problems import CouldNotLook
from torch_starter.core.progress import Stage
from torch_starter.core.report import Change, Finding, Verdict
from torch_starter.core.secrets import masked
from torch_starter.core.units import human_size
from torch_starter.verbs import _gather

Kind = Literal["model", "dataset"]

PROGRAM = PROBES / "_hub.py"
GROUPS: dict[Kind, str] = {"model": "models", "dataset": "datasets"}
MAIN = "main"  # the revision where none is named
QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
MOST_WORDS = 160  # letters of what an error says
SPEC = "[warm] of torch-starter.toml"
ENDS: dict[str, tuple[Verdict, str, str]] = {  # how fetching ends badly: the verdict, what it means, what mends it
    "offline": ("unknown", "HF_HUB_OFFLINE is set", "unset HF_HUB_OFFLINE"),
    "network": ("unknown", "it did not come", "connect, then ./dev.sh cache warm: what has come is kept, and gone on from"),
    "library": ("unknown", "the environment has no huggingface_hub", "./dev.sh setup"),
    "denied": ("fail", "it needs a token that may read it", "accept its terms at the hub, then export HF_TOKEN"),
    "absent": ("fail", "the hub has no such repository, or not for you", f"mend its id in {SPEC}, or export HF_TOKEN"),
    "revision": ("fail", "it has no such revision", f"mend what is behind the @ in {SPEC}"),
    "id": ("fail", "that is no id of a repository", f"mend its id in {SPEC}"),
    "space": ("fail", "there is no space left", "./dev.sh clean shows what can go; then ./dev.sh cache warm"),
    "read-only": ("fail", "the cache may not be written", "./dev.sh verify-setup --only caches"),
    "failed": ("fail", "huggingface_hub failed", "./dev.sh verify-setup --only imports.huggingface-hub"),
}
OF_THE_DISK = {"space": "disk.full", "read-only": "disk.read-only"}  # codes of problems


@dataclass
class Repository:
    """A repository of the hub at a revision, and what became of it. `lacking`: files and bytes that were not there."""

    kind: Kind
    id: str
    revision: str
    files: int = 0
    bytes: int = 0
    lacking: int = 0
    lacking_bytes: int = 0
    outcome: str = ""
    words: str = ""

    @property
    def name(self) -> str:
        """As the spec has it."""
        return f"{self.id}@{self.revision}" if self.revision != MAIN else self.id

    def as_request(self) -> dict[str, str]:
        return {"id": self.id, "kind": self.kind, "revision": self.revision}


@dataclass
class Coming:
    """Reads what the program tells, and shows how far all of it is."""

    stage: Stage
    of: Sequence[Repository]
    come: dict[int, float] = field(default_factory=dict)

    def read(self, line: str) -> None:
        """One line of its answers."""
        try:
            told: dict[str, Any] = json.loads(line)
            number = int(told["number"])
            repository = self.of[number]
        except (ValueError, KeyError, IndexError, TypeError):  # something else wrote into the pipe
            return
        for name in ("files", "bytes", "lacking", "lacking_bytes", "outcome", "words"):
            if name in told:
                setattr(repository, name, told[name])
        if "at" in told:
            self.come[number] = min(told["at"], repository.lacking_bytes)
        if repository.outcome == "fetched":
            self.come[number] = repository.lacking_bytes
        self.stage.to(sum(self.come.values()), sum(each.lacking_bytes for each in self.of) or None, repository.id)


def named(ask: Ask, kinds: Iterable[Kind]) -> list[Repository]:
    """What the spec names."""
    lists = {"model": ask.spec.warm.models, "dataset": ask.spec.warm.datasets}
    words = [(kind, word) for kind in kinds for word in lists[kind]]
    return [Repository(kind, word.partition("@")[0], word.partition("@")[2] or MAIN) for kind, word in words]


def fetch(ask: Ask, repositories: Sequence[Repository], dry: bool) -> list[Finding]:
    """Ask the hub what they hold, and unless it is a dry run fetch what lacks; a finding for each."""
    try:
        subject = _gather.ours(ask)
    except CouldNotLook as problem:
        return [unseen(each, problem) for each in repositories]
    variables = {**_gather.own_variables(ask, subject, None), **QUIET}
    request = json.dumps({"fetch": not dry, "repositories": [each.as_request() for each in repositories]})
    with ask.progress.stage("hub", None, "bytes") as stage:
        coming = Coming(stage, repositories)
        done = ask.machine.processes.run([subject.python, PROGRAM], env=variables, input=request, on_answer=coming.read)
    said = done.err.strip().splitlines()[-1:] or ["it said nothing"]
    return [finding(each, said[0]) for each in repositories]


def unseen(repository: Repository, problem: CouldNotLook) -> Finding:
    """The finding where there is no environment that could fetch it."""
    id = f"{GROUPS[repository.kind]}.{repository.id}"
    return Finding(id=id, verdict="unknown", title=repository.name, seen=problem.message, remedy=problem.remedy)


def finding(repository: Repository, said: str) -> Finding:
    """How it went. `said` is the last that a program said which did not come to its end."""
    id, title = f"{GROUPS[repository.kind]}.{repository.id}", repository.name
    whole = f"{repository.files} files, {human_size(repository.bytes)}"
    if repository.outcome in ("there", "lacking", "fetched"):
        return Finding(id=id, verdict="ok", title=title, seen=f"{whole}: {amount(repository)}")
    if not repository.outcome:
        return Finding(id=id, verdict="crash", title=title, seen=masked(said)[:300], remedy="./dev.sh verify-setup")
    verdict, meaning, remedy = ENDS.get(repository.outcome, ENDS["failed"])
    return Finding(
        id=id, verdict=verdict, title=title, seen=f"{meaning} ({masked(repository.words)[:MOST_WORDS]})", remedy=remedy
    )


def amount(repository: Repository) -> str:
    """What was to be fetched of it, and whether it was."""
    if repository.outcome == "there":
        return "all there"
    lacking = f"{repository.lacking} files, {human_size(repository.lacking_bytes)}"
    return f"{lacking} fetched" if repository.outcome == "fetched" else f"{lacking} to fetch"


def changes(repositories: Iterable[Repository]) -> list[Change]:
    """What was fetched, or would be."""
    moved = [each for each in repositories if each.outcome in ("lacking", "fetched")]
    return [
        Change(kind="file", name=each.name, was="", now=f"{each.lacking} files", why=human_size(each.lacking_bytes))
        for each in moved
    ]
