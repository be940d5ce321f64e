"""Runs that were kept on this machine: adding one, finding one, and what a figure was over time."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Container, Mapping, Sequence
from pathlib import Path

import msgspec

from torch_starter.core import history
from torch_starter.core.ask import Ask
from torch_starter.core.evidence import Evidence
from torch_starter.core.history import Run
from torch_starter.core.problems import CouldNotLook, WrongUsage
from torch_starter.core.report import Measurement, Past
from torch_starter.core.snapshot import Snapshot
from torch_starter.core.statistics import interval
from torch_starter.core.typos import nearest
from torch_starter.verbs import _since

IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
WORDS = ("system architecture", "cpu model", "cpu count", "cpu affinity", "cpu quota", "gpu devices")


def path(ask: Ask) -> Path:
    """Where runs are kept."""
    return ask.project.state / "benchmarks.jsonl"


def kept(ask: Ask) -> list[Run]:
    """The runs that were kept, the oldest first."""
    return history.read(ask.machine.files.read(path(ask)) or "")


def past(runs: Sequence[Run], names: Container[str] | None) -> list[Past]:
    """What figures were in these runs: all, or those of some benchmarks."""
    return [
        Past(run.at, run.name, each.key, each.unit, found.value, found.low, found.high, each.bounded)
        for run in runs
        for each in run.measurements
        if names is None or each.name in names
        for found in [interval(each.by_process)]
    ]


def counted(runs: Sequence[Run]) -> str:
    """How many there are, and since when."""
    many = f"{len(runs)} runs" if len(runs) != 1 else "1 run"
    return f"{many} since {runs[0].at[:10]}"


def make(
    ask: Ask, evidence: Evidence, settings: Mapping[str, str], measurements: Sequence[Measurement], *, name: str, suite: str
) -> Run:
    """A run with what it rests on."""
    snapshot = _since.take(evidence)
    return Run(
        at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        name=name,
        suite=suite,
        machine=machine_of(ask, snapshot),
        lock=evidence.lock_hash,
        settings=dict(settings),
        snapshot=snapshot,
        measurements=tuple(measurements),
    )


def machine_of(ask: Ask, snapshot: Snapshot) -> str:
    """What tells this machine from others, and says nothing else of it."""
    own = next((text for each in IDS if (text := (ask.machine.files.read(each) or "").strip())), "")
    words = [own, *(snapshot.machine.get(word, "") for word in WORDS)]
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


def keep(ask: Ask, run: Run) -> None:
    """Add a run; one at a time, behind a line that an earlier one may not have ended."""
    where = path(ask)
    with ask.machine.files.lock(where.with_suffix(".lock"), lambda _: None):
        text = ask.machine.files.read(where)
        begin = "\n" if text and not text.endswith("\n") else ""
        ask.machine.files.append(where, begin + history.line(run))


def wanted(ask: Ask) -> Run | None:
    """The run to compare with, by its name or its file; None where none is asked for. Raises WrongUsage and CouldNotLook."""
    name = ask.text("against")
    if name is None:
        return None
    runs = kept(ask)
    if (found := history.named(runs, name)) is not None:
        return found
    if (file := ask.path("against")) is not None and file.is_file():
        return of_file(ask, file)
    names = sorted({run.name for run in runs if run.name})
    near = nearest(name, names, 3)
    hint = f"; did you mean {near}?" if near else f"; there are: {', '.join(names)}" if names else "; none was kept yet"
    raise WrongUsage("benchmark.no-run", f"no run was kept as {name!r}{hint}", f"./dev.sh benchmark --save {name}")


def of_file(ask: Ask, file: Path) -> Run:
    """The run in a file: what --json wrote, or the last one of a history. Raises CouldNotLook."""
    text = ask.machine.files.read(file) or ""
    if runs := history.read(text):
        return runs[-1]
    try:
        told = json.loads(text)
        run = {**told["facts"]["run"], "measurements": told["measurements"]}
        return msgspec.convert(run, Run)
    except (ValueError, KeyError, TypeError, msgspec.MsgspecError) as error:
        remedy = "./dev.sh benchmark --json > FILE"
        raise CouldNotLook("benchmark.file", f"{file} is no answer of benchmark --json", remedy) from error
