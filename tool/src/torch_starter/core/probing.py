"""Asks the target: starts its interpreter on probes, and turns whatever happens there into answers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from torch_starter.core.machine import Machine
from torch_starter.core.processes import Done

PROBES = Path(__file__).parent.parent / "probes"
RUNNER = PROBES / "_run.py"

KEPT = 4000  # characters of what a process printed that an answer carries
HUNG = "Timeout ("  # how faulthandler begins the traceback of a process that it ends
MOST_JOBS = 4  # probes at once: each may take a gigabyte

GRACE = 5.0  # seconds more than the runner's own watch

Outcome = Literal["ok", "raised", "crashed", "hung"]
Stage = Literal["import", "use"]


@dataclass(frozen=True)
class Answer:
    """What became of one probe in the target.

    `value` is what it returned. `raised` has the error and its traceback; `crashed` the signal (0: it just ended); `out` and
    `err` are what it printed, at most the last 4,000 characters. `stage` is how far it came: "import" or "use", where
    importing took `import_seconds` and printed `import_bytes` to stdout.
    """

    probe: str
    outcome: Outcome
    value: dict[str, Any] = field(default_factory=dict)
    error_type: str = ""
    error: str = ""
    traceback: str = ""
    signal: int = 0
    seconds: float = 0.0
    out: str = ""
    err: str = ""
    stage: Stage = "import"
    import_seconds: float = 0.0
    import_bytes: int = 0

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"


UNASKED = Answer("", "crashed")
OnAnswer = Callable[[Answer], None]


@dataclass(frozen=True)
class Target:
    """An interpreter that is judged. `variables` is the whole environment that it is started with, `options` its own flags."""

    python: Path
    variables: Mapping[str, str]
    options: tuple[str, ...] = ()


def ask(
    machine: Machine,
    target: Target,
    probes: Sequence[str],
    *,
    preload: str | None,
    timeout: float,
    warm: Sequence[str] = (),
    jobs: int = MOST_JOBS,
    on_answer: OnAnswer = lambda answer: None,
) -> dict[str, Answer]:
    """Run probes in the target; each gets its own process and at most `timeout` seconds, `jobs` of them at once.

    A probe is "file.function", with "@module" behind it where a module is to be imported first, or "@module" alone; what it is
    called with follows as JSON, as in 'file.function {"size": 8}'. A file with a slash, as in samples/matmul, is beside probes/.

    They are forked from one process that has imported the module `preload`, and then, so that not each of them must, those in
    `warm`. Where that fails it has its own answer
    ("import torch") and is blocked for the probes, so that those that need it fail at once with Python's "import of torch
    halted". A probe that fails when forked is run once more in a fresh interpreter, whose answer counts.
    """
    answers: dict[str, Answer] = {}
    importing = f"import {preload}"
    done = _run(machine, target, _Request(probes, timeout, preload, warm, jobs=jobs), answers, on_answer)
    if importing in answers:  # the probes' own output is kept apart: what is left was printed by the import
        answers[importing] = replace(answers[importing], out=done.out[-KEPT:], err=kept(done.err))
    if (
        warm and preload and answers.get(importing, UNASKED).ok and not answers.keys() & set(probes)
    ):  # it ended while it warmed up
        done = _run(machine, target, _Request(probes, timeout, preload, jobs=jobs), answers, on_answer)
    if preload and importing not in answers:  # the import took the process down, or never came back
        answers[importing] = _ended(importing, done)
        on_answer(answers[importing])
        _run(machine, target, _Request(probes, timeout, blocked=preload, jobs=jobs), answers, on_answer)
    blocked = preload if preload and not answers[importing].ok else None
    for name in probes:
        answer = answers.get(name)
        if answer is None or not (answer.ok or needed(answer, blocked)):
            answers[name] = ask_fresh(machine, target, name, timeout=timeout, blocked=blocked)
    return answers


def needed(answer: Answer, blocked: str | None) -> bool:
    """Whether a probe failed only because it needs a module that was blocked."""
    signs = (f"import of {blocked} halted", f"'{blocked}' is not a package")  # the second: of a module inside of it
    return blocked is not None and any(sign in answer.traceback for sign in signs)


def ask_fresh(machine: Machine, target: Target, probe: str, *, timeout: float, blocked: str | None = None) -> Answer:
    """Run one probe in an interpreter of its own."""
    return ask_in_turn(machine, target, [probe], timeout=timeout, blocked=blocked)[probe]


def ask_in_turn(
    machine: Machine,
    target: Target,
    probes: Sequence[str],
    *,
    timeout: float,
    blocked: str | None = None,
    within: float | None = None,
) -> dict[str, Answer]:
    """Run probes one after the other in one new interpreter. Each has all that was printed.

    `within` bounds all of it, in seconds, also a start that never comes to the first probe.
    """
    answers: dict[str, Answer] = {}
    done = _run(
        machine, target, _Request(probes, timeout, blocked=blocked, fork=False, within=within), answers, lambda answer: None
    )
    found = {probe: answers.get(probe) or _ended(probe, done) for probe in probes}
    return {probe: replace(answer, out=done.out[-KEPT:], err=kept(done.err)) for probe, answer in found.items()}


@dataclass(frozen=True)
class _Request:
    probes: Sequence[str]
    timeout: float
    preload: str | None = None
    warm: Sequence[str] = ()
    blocked: str | None = None
    fork: bool = True
    jobs: int = MOST_JOBS
    within: float | None = None

    def as_json(self) -> str:
        return json.dumps(
            {
                "preload": [self.preload] if self.preload else [],
                "warm": self.warm,
                "blocked": [self.blocked] if self.blocked else [],
                "fork": self.fork,
                "timeout": self.timeout,
                "jobs": min(self.jobs, usable_cpus()),
                "probes": [_request(probe, self.timeout) for probe in self.probes],
            }
        )


def usable_cpus() -> int:
    """The CPUs that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(machine: Machine, target: Target, request: _Request, answers: dict[str, Answer], on_answer: OnAnswer) -> Done:
    imported: dict[str, dict[str, Any]] = {}

    def receive(line: str) -> None:
        try:
            told = json.loads(line)
        except ValueError:  # something else wrote into the pipe: the answer that it spoiled is found missing
            return
        if "imported" in told:
            imported[told["imported"]] = told
            return
        answer = Answer(**told)
        mark = imported.get(answer.probe, {})
        only_used = "@" not in answer.probe and not answer.probe.startswith("import ")
        stage: Stage = "use" if mark or only_used else "import"
        answers[answer.probe] = replace(
            answer, stage=stage, import_seconds=mark.get("seconds", 0.0), import_bytes=mark.get("printed", 0)
        )
        on_answer(answers[answer.probe])

    done = machine.processes.run(
        [target.python, *target.options, RUNNER],
        env=target.variables,
        input=request.as_json(),
        # only for an interpreter that does not come to its work, or a runner that has lost its own watch
        timeout=request.within or (request.timeout + GRACE) * max(1, len(request.probes)),
        on_answer=receive,
    )
    for name in request.probes:
        if name not in answers and name in imported and not request.fork:
            answers[name] = replace(_ended(name, done), stage="use", import_seconds=imported[name]["seconds"])
    return done


def kept(text: str) -> str:
    """Of a long text both ends: a crash says first where it was, and last what brought it there."""
    return text if len(text) <= KEPT else f"{text[: KEPT // 2]}\n...\n{text[-KEPT // 2 :]}"


def _request(probe: str, timeout: float) -> dict[str, object]:
    name, _, arguments = probe.partition(" ")
    words, _, module = name.partition("@")
    file, _, function = words.partition(".")
    folder = PROBES.parent if "/" in file else PROBES
    path = str(folder / f"{file}.py") if file else ""
    given = json.loads(arguments) if arguments else {}
    return {"name": probe, "module": module, "file": path, "function": function, "arguments": given, "timeout": timeout}


def _ended(probe: str, done: Done) -> Answer:
    """The answer for a process that ended without one."""
    hung = done.timed_out or HUNG in done.err
    outcome: Outcome = "hung" if hung else "crashed"
    number = -done.code if done.code and done.code < 0 else 0
    return Answer(probe, outcome, signal=0 if hung else number, seconds=done.seconds, out=done.out[-KEPT:], err=kept(done.err))
