"""Packages beside an environment, never in it: what looks inside a script and is not installed where that runs.

They are in a folder of ours, for one version of Python, and are kept for the next time. Where they cannot be had, that is said,
and something else takes their place.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from torch_starter.core.ask import Ask
from torch_starter.core.machine import Machine
from torch_starter.core.problems import Problem
from torch_starter.making import mirrors, uv
from torch_starter.making.variables import cache_path

SECONDS = 300.0  # for a download
ASKED = """
import importlib.util, json, os, sys, sysconfig
def there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except Exception:
        return False
scripts = os.path.join(sys.prefix, "bin")
print(json.dumps({
    "tag": "%s-%s" % (sys.implementation.cache_tag, sysconfig.get_platform()),
    "there": [name for name in sys.argv[1:] if there(name) or os.path.exists(os.path.join(scripts, name))],
}))
"""


class Addition(Protocol):
    """What is put beside an environment: a profiler, or a program that looks at code."""

    @property
    def name(self) -> str: ...
    @property
    def requirement(self) -> str: ...
    @property
    def module(self) -> str: ...
    @property
    def without(self) -> str: ...


@dataclass(frozen=True)
class Overlay:
    """The folder with what was missing, where anything was; and why some of it could not be had, by the name of the profiler.

    `own`: what the environment has itself.
    """

    folder: Path | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()


def overlay(ask: Ask, python: Path, profilers: Sequence[Addition]) -> Overlay:
    """What these need, beside the environment of an interpreter. It never raises: without them one looks in other ways."""
    told = described(ask.machine, python, profilers)
    if told is None:
        return Overlay(missing={each.name: f"{each.without}: {python} does not say what it has" for each in profilers})
    absent = [each for each in profilers if word(each) not in told["there"]]
    lacking = [each for each in absent if each.requirement]
    missing = {each.name: f"{each.without}: {word(each)} is not there" for each in absent if not each.requirement}
    own = tuple(each.name for each in profilers if each not in absent)
    if not lacking:
        return Overlay(missing=missing, own=own)
    wanted = sorted(each.requirement for each in lacking)
    name = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:8]
    folder = ask.project.state / "profilers" / f"{told['tag']}-{name}"
    if folder.is_dir():
        return Overlay(folder, missing, own)
    try:
        with ask.machine.files.lock(folder.with_suffix(".lock"), ask.progress.say):
            if not folder.is_dir():
                install(ask, python, wanted, folder)
    except Problem as problem:
        why = {each.name: f"{each.without}: {problem.message}" for each in lacking}
        return Overlay(missing={**missing, **why}, own=own)
    return Overlay(folder, missing, own)


def word(profiler: Addition) -> str:
    """What is looked for: the module that is imported, else the program."""
    return profiler.module or profiler.name


def described(machine: Machine, python: Path, profilers: Sequence[Addition]) -> dict[str, list[str]] | None:
    """The version of an interpreter, and which of the modules it has; None where it does not answer."""
    done = machine.processes.run((python, "-c", ASKED, *map(word, profilers)), env=clean(machine.variables), timeout=60)
    try:
        told: dict[str, list[str]] = json.loads(done.out.strip().splitlines()[-1]) if done.ok else {}
    except (ValueError, IndexError):
        return None
    return told or None


def clean(variables: Mapping[str, str]) -> dict[str, str]:
    """What an interpreter that we ask is started with: nothing that adds to its path, and it writes no bytecode into it."""
    kept = {name: value for name, value in variables.items() if name not in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


def install(ask: Ask, python: Path, wanted: Sequence[str], folder: Path) -> None:
    """Install into a folder aside, then rename it; raises Problems."""
    program = uv.find(ask.project, ask.machine.variables)
    cache = ask.spec.caches.get("uv")
    home = ask.machine.variables.get("HOME", "/")
    path = cache_path(cache, ask.project, home) if cache is not None else None
    user, offline = ask.machine.variables, ask.flag("offline")
    variables = uv.variables(ask.spec, user, path, folder.parent, offline)
    variables |= mirrors.variables(ask.spec, ask.project, user, offline)
    aside = folder.with_name(f".{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        with ask.progress.stage(f"{', '.join(wanted)}, beside the environment", None, "things"):
            words = [str(program), "pip", "install", "--python", str(python), "--target", str(aside), "--no-config", "--no-build"]
            done = ask.machine.processes.run([*words, *wanted], env=variables, timeout=SECONDS)
        if done.timed_out:
            raise uv.unreachable("installing what looks inside", "it took too long")
        if not done.ok:
            raise uv.problem(done, "installing what looks inside")
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
