"""What follows from a run that was looked at: its traces are read, files for other programs are kept, and it is told."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from torch_starter.advice._ranking import ranked
from torch_starter.core.ask import Ask
from torch_starter.core.problems import Problem
from torch_starter.core.profile import Process, Profile
from torch_starter.core.report import Finding, Measurement, Report, Stop
from torch_starter.core.veil import veil
from torch_starter.looking import speedscope, trace

BUSY = 0.1  # of the machine, or of the time: more is said


def traced(found: Profile, near: Path) -> Profile:
    """With what the traces of its processes say; of all but the first without their timelines."""
    return msgspec.structs.replace(found, processes=tuple(with_trace(each, near, each is found.main) for each in found.processes))


def with_trace(process: Process, near: Path, first: bool) -> Process:
    """One process, with its operations and its GPU; as it is where it has no trace, or none that can be read."""
    try:
        read = trace.read((near / f"trace-{process.process}.json").read_bytes())
    except (OSError, msgspec.MsgspecError):
        return process
    return msgspec.structs.replace(process, ops=read.ops[:200], events=read.events if first else (), gpu=read.gpu)


def kept(ask: Ask, found: Profile, near: Path) -> Profile:
    """Write what other programs read into a folder of the script's own, the last profile of it."""
    name = hashlib.sha256(f"{found.of} {found.script}".encode()).hexdigest()[:16]
    folder, files = ask.project.state / "profile" / name, ask.machine.files
    texts = {"stacks.speedscope.json": "Python's stacks, for speedscope"} if found.main.stacks.stacks else {}
    if texts:
        files.write(folder / "stacks.speedscope.json", speedscope.text(found.main.stacks, found.script))
    path = near / f"trace-{found.main.process}.json"
    if path.is_file():
        files.write(folder / "trace.json.gz", gzip.compress(path.read_bytes(), 5))
        texts["trace.json.gz"] = "the traced steps, for Perfetto"
    found = msgspec.structs.replace(found, folder=str(folder), files=texts)
    files.write(folder / "profile.json", msgspec.json.encode(veil(ask.machine.variables).over(found)).decode())
    return found


def report(ask: Ask, found: Profile, problem: Problem | None) -> Report:
    """The answer: advice first, ranked by what it is expected to gain."""
    told = Report(command="profile" if found.of == "time" else "memory-profile", profile=found, findings=advice(found))
    told.measurements = list(measurements(found.main))
    told.facts = ask.facts.as_dict()
    told.notes = list(notes(found))
    if problem is not None:
        told.stop, told.stop_exit_code = Stop(problem.code, problem.message, problem.remedy), problem.exit_code
    return told


def advice(found: Profile) -> list[Finding]:
    """What follows; of a script that failed before it did a step nothing does."""
    failed = found.main.kind == "none" and (found.main.ended == "error" or bool(found.code))
    return [] if failed else ranked(found, found.of)


def measurements(process: Process) -> Sequence[Measurement]:
    """A step when nothing looks, and how many times as much CPU time it takes when something does."""
    bare = tuple(step.wall for step in process.of("bare") or process.steps)
    rows = [Measurement(name="step", unit="s", samples=bare, better="lower")] if bare else []
    for mode in ("sampled", "traced", "called"):
        over = process.overhead(mode)
        if over is not None:
            rows.append(Measurement(name="overhead", unit="times", samples=(over,), better="lower", params={"of": mode}))
    return rows


def notes(found: Profile) -> Sequence[str]:
    """What one has to know to read it."""
    rows = [f"{name}: {why}" for name, why in found.missing.items()]
    if found.main.kind == "none":
        rows.append("It did no step that can be seen, of an optimizer or a model: the whole run was looked at.")
    if max(found.main.others, found.main.waited) > BUSY:
        others, waited = 100 * found.main.others, 100 * found.main.waited
        busy = (
            f"Others used {others:.0f} % of the machine meanwhile, and threads waited for a processor {waited:.0f} % of the time"
        )
        rows.append(f"{busy}: where it is quiet, shares may be others.")
    if found.main.kept:
        shown = ", ".join(found.main.kept[:3]) + (" and more" if len(found.main.kept) > 3 else "")
        rows.append(f"What it wrote went aside and is gone: {shown}.")
    return [*rows, *found.main.notes]
