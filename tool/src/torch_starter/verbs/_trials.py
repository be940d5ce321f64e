"""Trials: the user's own command, unchanged, watched from inside until it has done enough steps; nothing that it writes stays."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.processes import Done
from torch_starter.core.proof import Sample
from torch_starter.core.tuning import Told, Value
from torch_starter.making.variables import cache_path
from torch_starter.verbs._scratch import scratch

SITE = Path(__file__).parent.parent / "harness" / "site"
QUIET = {"WANDB_MODE": "disabled", "PYTHONHASHSEED": "0"}  # no run is told to others, and sets have the same order in all of them
COMPILED = ("TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR")  # what was compiled is kept from trial to trial
FULL = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory", "memoryerror")
TAIL = 12  # lines of what a failed run said

Outcome = Literal["ok", "failed", "hung", "memory", "no steps"]


@dataclass(frozen=True)
class Length:
    """How long a trial is: steps that warm it up, steps that are measured (0: for `least` seconds), and seconds at most.

    `timeout` is for all of it, from outside. `look`: a profiler looks at some more steps.
    """

    warm: int
    steps: int
    seconds: float
    timeout: float
    least: float = 0.0
    look: bool = False

    def request(self) -> dict[str, Any]:
        """As the harness is told."""
        return {"warm": self.warm, "steps": self.steps, "seconds": self.seconds, "least": self.least, "look": self.look}


@dataclass(frozen=True)
class Job:
    """A command: its words, the folder it is started in, and the variables that it has today."""

    argv: tuple[str, ...]
    folder: Path
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Trial:
    """What became of a run. `told` is of the process that did the steps; `whole`: seconds from outside; `said` its last lines."""

    outcome: Outcome
    told: Told | None
    whole: float
    said: str = ""
    mark: str = ""

    @property
    def step(self) -> float:
        """Seconds for a step; infinite where there is none."""
        window = self.told.window if self.told else None
        return window.wall / window.steps if window and window.steps else float("inf")

    @property
    def sample(self) -> Sample:
        """As a proof keeps it."""
        window = self.told.window if self.told else None
        busy = (window.others, window.waited) if window else (0.0, 0.0)
        return Sample(step=self.step, whole=self.whole, others=busy[0], waited=busy[1])


@dataclass
class Trials:
    """Runs trials of one command. `count` is how many there were."""

    ask: Ask
    job: Job
    count: int = 0

    @property
    def state(self) -> Path:
        return self.ask.project.state

    def run(self, values: Sequence[Value], length: Length) -> Trial:
        """One run of the command with these settings."""
        self.count += 1
        with scratch(self.state) as (near, aside):
            request = {
                **length.request(),
                "turns": merged(values),
                "losses": 64,
                "seed": 0,
                "tool": os.getpid(),
                "aside": str(aside),
                "through": self.through(),
            }
            path = near / "request.json"
            self.ask.machine.files.write(path, json.dumps(request))
            started = {**self.variables(values), "TMPDIR": str(near), "TORCH_STARTER_TRIAL": str(path)}
            done = self.ask.machine.processes.run(
                self.job.argv,
                env=with_site(started),
                cwd=self.job.folder,
                timeout=length.timeout,
                until=lambda: answered(near),
            )
            return trial(done, near)

    def variables(self, values: Sequence[Value]) -> dict[str, str]:
        """What the command is started with."""
        kept = {name: str(self.state / "compiled" / name.lower()) for name in COMPILED}
        return turned({**kept, **self.job.variables, **QUIET}, values)

    def through(self) -> list[str]:
        """Folders whose writes are meant: caches, and our own."""
        home = self.ask.machine.variables.get("HOME", "/")
        caches = [str(cache_path(cache, self.ask.project, home)) for cache in self.ask.spec.caches.values() if cache.variable]
        return [*caches, str(self.state)]


def turned(variables: Mapping[str, str], values: Sequence[Value]) -> dict[str, str]:
    """Variables as settings change them; one that begins with + is put before what is there."""
    found = dict(variables)
    for name, value in (pair for each in values for pair in each.variables.items()):
        if name.startswith("+"):
            found[name[1:]] = ":".join(part for part in (value, found.get(name[1:], "")) if part)
        else:
            found[name] = value
    return found


def merged(values: Sequence[Value]) -> dict[str, Any]:
    """All turns together; those of one thing, such as of the loader, become one."""
    found: dict[str, Any] = {}
    for name, turn in (pair for each in values for pair in each.turns.items()):
        found[name] = {**found.get(name, {}), **turn} if isinstance(turn, dict) else turn
    return found


def with_site(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process that begins with the harness."""
    return turned(variables, [Value("", {"+PYTHONPATH": str(SITE)})])


def answered(near: Path) -> bool:
    """Whether a process has done its steps."""
    return any(near.glob("answer-*.json"))


def trial(done: Done, near: Path) -> Trial:
    """What a run became."""
    paths = (*sorted(near.glob("answer-*.json")), *sorted(near.glob("other-*.json")))
    found = [told for path in paths if (told := read(path)) is not None]
    stepped = sorted((told for told in found if told.window is not None), key=lambda told: told.rank)
    if stepped:
        outcome: Outcome = "memory" if stepped[0].ended == "memory" else "ok"
        return Trial(outcome, stepped[0], done.seconds)
    said = "\n".join((done.err.strip() or done.out.strip()).splitlines()[-TAIL:])
    marks = [msgspec.json.decode(path.read_bytes())["mark"] for path in near.glob("mark-*.json")]
    mark = "a step is done" if "a step is done" in marks else marks[0] if marks else ""
    told = found[0] if found else None
    if done.timed_out:
        return Trial("hung", told, done.seconds, said, mark)
    if not done.ok:
        killed = done.code is not None and done.code in (-9, 137)
        full = killed or any(word in said.lower() for word in FULL)
        return Trial("memory" if full else "failed", told, done.seconds, said, mark)
    return Trial("no steps", told, done.seconds, said, mark)


def read(path: Path) -> Told | None:
    """An answer; None where it was cut off."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Told)
    except (OSError, msgspec.MsgspecError):
        return None


def typed(argv: Sequence[str]) -> list[str]:
    """The words of a command as one types them."""
    return [os.path.basename(argv[0]), *argv[1:]]


def words(argv: Sequence[str]) -> str:
    """A command as one types it."""
    return shlex.join(typed(argv))
