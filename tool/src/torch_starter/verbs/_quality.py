"""Looking at the project's own code: what is looked at, with which programs, and all of it at once."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.later import Later
from torch_starter.core.problems import CouldNotLook, Problem, WrongSpec, WrongUsage
from torch_starter.core.progress import Stage
from torch_starter.core.quality import Code, Quality, Tool
from torch_starter.core.report import Finding
from torch_starter.core.spec import Checks
from torch_starter.making import mirrors, uv
from torch_starter.making.overlay import overlay
from torch_starter.making.variables import cache_path
from torch_starter.verbs import _gather, _plan

ORDER = ("lint", "types", "tests", "shell", "dockerfile", "rendered", "lock", "secrets", "audit")


def qualities() -> list[Quality]:
    """All of them, in the order in which they are told."""
    return sorted(collect("quality", Quality), key=lambda each: ORDER.index(each.name) if each.name in ORDER else len(ORDER))


def named(*names: str) -> list[Quality]:
    """Those of these names."""
    return [each for each in qualities() if each.name in names]


@dataclass(frozen=True)
class Toolbox:
    """Where programs are: in the environment, on PATH, or put beside the environment."""

    ask: Ask
    environment: Path | None

    def find(self, tool: Tool) -> Sequence[str]:
        """The words that start it; raises Unknown."""
        inside = self.environment / "bin" / tool.name if self.environment else None
        if inside is not None and inside.exists():
            return [str(inside)]
        if tool.extra:
            if inside is None:
                raise Unknown("there is no environment yet", "./dev.sh setup")
            raise Unknown(f"{tool.name} is not installed", f"./dev.sh setup --extra {tool.extra}")
        if found := shutil.which(tool.name, path=self.ask.machine.variables.get("PATH", "")):
            return [found]
        return [str(self.beside(tool) / "bin" / tool.name)]

    def beside(self, tool: Tool) -> Path:
        """The folder in which a tool is, put there where it was not; raises Unknown."""
        python = self.environment / "bin" / "python" if self.environment and tool.module else Path(sys.executable)
        placed = overlay(self.ask, python, [tool])
        if placed.folder is None:
            raise Unknown(placed.missing.get(tool.name, f"{tool.name} cannot be had"))
        return placed.folder


def code(ask: Ask, paths: Sequence[str] = ()) -> Code:
    """The project's code as the command asks for it; raises WrongUsage for a path that is not there, and WrongSpec."""
    for path in paths:
        if not is_inside(ask.project.root, path):
            raise WrongUsage("code.missing", f"there is no {path} in the project", "give a file or a folder of the project")
    try:
        subject = _gather.ours(ask)
    except CouldNotLook:
        subject = None
    record = _plan.environments(ask).record(subject.environment) if subject and subject.environment else None
    toolbox = Toolbox(ask, subject.environment if subject else None)
    return Code(
        project=ask.project,
        machine=ask.machine,
        spec=ask.spec,
        facts=ask.facts,
        paths=distinct(paths or own_paths(ask)),
        find=toolbox.find,
        beside=toolbox.beside,
        variables=_gather.own_variables(ask, subject, record.torch if record else None)
        if subject
        else dict(ask.machine.variables),
        python=subject.python if subject else None,
        asked=bool(paths),
        fix=ask.flag("fix") and not ask.flag("dry-run"),
        options=ask.options,
        lock=lock_of(ask, subject),
        uv=partial(uv_of, ask),
    )


def own_paths(ask: Ask) -> tuple[str, ...]:
    """Those of the spec that are there; raises WrongSpec for another one that the user has named, such as a mistyped one."""
    there = tuple(path for path in ask.spec.checks.paths if is_inside(ask.project.root, path))
    for path in ask.spec.checks.paths:
        if path not in there and path not in Checks().paths:
            why = f"there is no {path} in the project, and [checks] paths names it"
            raise WrongSpec("checks.paths", why, "mend torch-starter.toml")
    return there


def distinct(paths: Sequence[str]) -> tuple[str, ...]:
    """Each once, and none that lies in another one: programs would take such a file for two."""
    names = list(dict.fromkeys(os.path.normpath(path) for path in paths))
    return tuple(name for name in names if not any(Path(name).is_relative_to(other) for other in names if other != name))


def is_inside(root: Path, path: str) -> bool:
    """Whether it is there, and the project's."""
    full = root / path
    return path != "" and full.exists() and full.resolve().is_relative_to(root.resolve())


def lock_of(ask: Ask, subject: _gather.Subject | None) -> Path | None:
    """The lock of the environment, or of the one that set-up would make here; None where neither is known."""
    try:
        return ask.project.lock(subject.accelerator if subject else _plan.accelerator(ask).name)
    except Problem:
        return None


def uv_of(ask: Ask) -> tuple[Path, Mapping[str, str]]:
    """uv and what it is started with; raises Missing, and WrongSpec for a mirror that is not there."""
    user, offline, cache = ask.machine.variables, ask.flag("offline"), ask.spec.caches.get("uv")
    path = cache_path(cache, ask.project, user.get("HOME", "/")) if cache else None
    settings = uv.variables(ask.spec, user, path, ask.project.state, offline)
    return uv.find(ask.project, user), {**settings, **mirrors.variables(ask.spec, ask.project, user, offline)}


def look(ask: Ask, chosen: Sequence[Quality], code: Code) -> list[Finding]:
    """All of them beside each other, after those that mend; told in their order. Where we are interrupted, no program goes on."""
    stop = threading.Event()
    code = replace(code, stopped=stop.is_set)
    title = chosen[0].name if len(chosen) == 1 else "looking"
    with ask.progress.stage(title, len(chosen), "things") as stage:
        running = Running(chosen, stage)
        first = [each for each in chosen if each.fixes and code.fix]  # what is mended is not looked at meanwhile
        found: dict[str, list[Finding]] = {}
        for part in (first, [each for each in chosen if each not in first]):
            works = {each.name: Later(partial(running.findings, each, code)) for each in part}
            try:
                found |= {name: work.result() for name, work in works.items()}
            except KeyboardInterrupt:
                stop.set()
                for work in works.values():
                    work.wait()
                raise
    return [finding for each in chosen for finding in found[each.name]]


class Running:
    """What is still looked at, for the line of progress."""

    def __init__(self, chosen: Sequence[Quality], stage: Stage) -> None:
        self.left, self.total, self.stage, self.lock = [each.name for each in chosen], len(chosen), stage, threading.Lock()
        stage.to(0, self.total, ", ".join(self.left))

    def findings(self, quality: Quality, code: Code) -> list[Finding]:
        """What one of them found."""
        began = time.monotonic()
        found = list(guarded(quality, code))
        if found:  # the first stands for all: they came together
            found = [replace_seconds(found[0], time.monotonic() - began), *(replace_seconds(each, 0.0) for each in found[1:])]
        with self.lock:
            self.left.remove(quality.name)
            self.stage.to(self.total - len(self.left), self.total, ", ".join(self.left))
        return found


def replace_seconds(finding: Finding, seconds: float) -> Finding:
    return msgspec.structs.replace(finding, seconds=round(seconds, 3))


def guarded(quality: Quality, code: Code) -> Iterator[Finding]:
    """Its findings; what it could not look at is one, too, and so is the fact by which it does not apply."""
    try:
        yield from quality.look(code)
    except Absent as reason:
        yield Finding(id=quality.name, verdict="skip", title=quality.title, seen=str(reason))
    except Unknown as reason:
        yield Finding(id=quality.name, verdict="unknown", title=quality.title, seen=str(reason), remedy=reason.remedy)
    except Problem as problem:
        yield Finding(id=quality.name, verdict="unknown", title=quality.title, seen=problem.message, remedy=problem.remedy)
