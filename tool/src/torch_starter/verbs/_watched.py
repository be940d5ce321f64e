"""A script that is run to be looked at from inside: how it is started, and what its processes told."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.problems import WrongUsage
from torch_starter.core.profile import Process, Worker
from torch_starter.verbs import _gather, _plan, _proofs, verify_setup
from torch_starter.verbs._trials import COMPILED, typed, with_site

TURNS = "TORCH_STARTER_TURNS"
MOST_WORKERS = 16  # that are told of each process
PROGRAMS = ("python", "python3", "torchrun", "accelerate", "deepspeed")


@dataclass(frozen=True)
class Job:
    """What is started: its words, the folder, the variables, and what is turned from inside as for `run`."""

    argv: tuple[str, ...]
    folder: Path
    variables: Mapping[str, str]
    turns: Mapping[str, Any]
    python: Path

    @property
    def words(self) -> str:
        """As one types it."""
        return shlex.join(typed(self.argv))


def job(ask: Ask) -> Job:
    """The script that was asked for, as `run` would run it; raises WrongUsage where there is none."""
    subject = verify_setup.foreign(ask) if ask.text("python") is not None else _gather.ours(ask)
    record = _plan.environments(ask).record(subject.environment) if subject.environment else None
    variables = _gather.own_variables(ask, subject, record.torch if record else None)
    folder = Path(ask.machine.variables.get("PWD", "."))
    argv = command(ask, subject.python, folder, variables)
    proof = _proofs.in_force(ask, record, argv, folder) if record is not None else None
    variables = _proofs.applied(ask, proof, variables) if proof is not None else variables
    turns = json.loads(variables.pop(TURNS, "{}"))
    kept = {name: str(ask.project.state / "compiled" / name.lower()) for name in COMPILED}
    return Job(argv, folder, {**kept, **variables}, turns, subject.python)


def command(ask: Ask, python: Path, folder: Path, variables: Mapping[str, str]) -> tuple[str, ...]:
    """A script with its arguments, a module behind -m, or a whole command that begins with Python or a launcher."""
    name, module = (word := ask.rest[0] if ask.rest else ""), ask.text("module")
    if module is not None:
        return (str(python), "-m", module, *ask.rest)
    if not name:
        raise WrongUsage("profile.nothing", "there is no script to look at", "./dev.sh profile train.py, or -m MODULE")
    if (folder / name).is_file() and (name.endswith(".py") or not os.access(folder / name, os.X_OK)):
        return (str(python), *ask.rest)
    if word in PROGRAMS:
        path = (
            str(python) if word.startswith("python") else shutil.which(word, path=f"{python.parent}:{variables.get('PATH', '')}")
        )
        if path is not None:
            return (path, *ask.rest[1:])
    why = "is a folder" if (folder / name).is_dir() else "is not there"
    raise WrongUsage("profile.script", f"{name} {why}, seen from {folder}", "give the path of a script, or a module behind -m")


def variables(job: Job, request: Path, near: Path) -> dict[str, str]:
    """What it is started with."""
    return with_site({**job.variables, "TMPDIR": str(near), "TORCH_STARTER_TRIAL": str(request)})


def processes(near: Path, job: Job) -> list[Process]:
    """What its processes told: those that stepped, in the order of their ranks; else the one that worked most."""
    found = [told for path in sorted(near.glob("profile-*.json")) if (told := decoded(path, job)) is not None]
    workers = [worker for path in sorted(near.glob("worker-*.json")) if (worker := decoded_worker(path, job)) is not None]
    stepped = sorted((each for each in found if each.kind != "none"), key=lambda each: each.rank)
    kept = stepped or sorted(found, key=lambda each: -each.cpu)[:1]
    return [msgspec.structs.replace(each, workers=of_process(each, workers)) for each in kept]


def of_process(process: Process, workers: Sequence[Worker]) -> tuple[Worker, ...]:
    """Its workers: of those that followed each other the one that made most batches."""
    best: dict[int, Worker] = {}
    for worker in sorted(workers, key=lambda each: each.batches):
        if worker.parent == process.process:
            best[worker.number] = worker
    return tuple(best[number] for number in sorted(best))[:MOST_WORKERS]


def decoded(path: Path, job: Job) -> Process | None:
    """An answer; None where it was cut off."""
    try:
        return msgspec.json.decode(shortened(path.read_text(), job), type=Process)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError):
        return None


def decoded_worker(path: Path, job: Job) -> Worker | None:
    """What a loader's process kept."""
    try:
        return msgspec.json.decode(shortened(path.read_text(), job), type=Worker)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError):
        return None


def shortened(text: str, job: Job) -> str:
    """JSON whose paths begin where one stands, or with the package: as one would say them."""
    environment = job.python.parent.parent
    roots = [job.folder, job.folder.resolve(), *(environment / "lib").glob("python3*/site-packages")]
    roots += [path.resolve() for path in roots]
    for root in dict.fromkeys(map(str, roots)):
        text = text.replace(f'"{json.dumps(root)[1:-1]}/', '"')
    return text
