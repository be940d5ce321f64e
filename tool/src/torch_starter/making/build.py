"""Builds an environment aside: interpreter, packages from the lock, bytecode. It is not current until it is proven."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from torch_starter.core.machine import Machine
from torch_starter.core.processes import Done
from torch_starter.core.progress import Progress
from torch_starter.core.project import Project
from torch_starter.making import bytecode, cache, mirrors, uv
from torch_starter.making.downloads import Downloads


@dataclass(frozen=True)
class Plan:
    """Everything that decides what an environment will be. `direct`: the versions of what pyproject.toml asks for."""

    accelerator: str
    reason: str
    extras: tuple[str, ...]
    python: Path
    lock: Path
    lock_hash: str
    environment: Path
    index: str | None = None
    asked: bool = False
    direct: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tools:
    """uv, and the variables that it is started with."""

    uv: Path
    variables: Mapping[str, str]


def build(
    plan: Plan, tools: Tools, project: Project, machine: Machine, progress: Progress, previous: Path | None, compiled: bool = True
) -> None:
    """Make the environment of a plan; raises a Problem, and then leaves a folder that is no environment.

    `previous` is an environment whose bytecode is taken over where the source is the same file. With `compiled` false
    there is none.
    """
    venv(plan, tools, project, machine)
    packages(plan, tools, project, machine, progress)
    make_importable(plan.environment, project.root / "src", machine)
    if compiled:
        bytecode.compile_all(machine, plan.environment, progress, previous)


def venv(plan: Plan, tools: Tools, project: Project, machine: Machine) -> None:
    """An empty environment with pip in it. Relocatable, so that the project folder may be moved."""
    machine.files.make_folder(plan.environment.parent)
    argv: list[str | Path] = [tools.uv, "venv", "--clear", "--relocatable", "--python", plan.python, plan.environment]
    done = machine.processes.run([*argv, "--seed"], env=tools.variables, cwd=project.root)
    if not done.ok and uv.is_network(done.err):  # without an index there is still the pip that Python itself brings
        done = machine.processes.run(argv, env=tools.variables, cwd=project.root)
        if done.ok:
            machine.processes.run([python_of(plan.environment), "-I", "-m", "ensurepip", "--default-pip"], env=tools.variables)
    if not done.ok:
        raise uv.problem(done, "making the environment")


def packages(plan: Plan, tools: Tools, project: Project, machine: Machine, progress: Progress) -> None:
    """Core and extras at the lock's exact versions; a file whose hash differs stops it."""
    done = installed(plan, tools, project, machine, progress)
    if not done.ok and (uv.is_absent if tools.variables.get("UV_OFFLINE") else uv.is_network)(done.err):
        offline = {**tools.variables, **mirrors.imported(project, tools.variables)}
        missing = cache.lacking(tools.uv, python_of(plan.environment), plan.lock, plan.direct, machine, offline)
        raise uv.unreachable("installing the packages", cache.in_words(missing, len(plan.direct)))
    if not done.ok:
        raise uv.problem(done, "installing the packages")


def installed(plan: Plan, tools: Tools, project: Project, machine: Machine, progress: Progress) -> Done:
    """How uv ends when it installs them."""
    argv: list[str | Path] = [tools.uv, "pip", "install", "--require-hashes", "--python", python_of(plan.environment)]
    argv += ["-r", project.pyproject, "-c", plan.lock]
    argv += [word for extra in plan.extras for word in ("--extra", extra)]
    argv += ["--index", plan.index] if plan.index else []
    environment = {**tools.variables, "UV_COMPILE_BYTECODE": "0"}  # done by ourselves, with progress
    with progress.stage("packages", None, "bytes") as stage:
        downloads = Downloads(stage)
        return machine.processes.run(argv, env=environment, cwd=project.root, on_error_line=downloads.read)


PTH = "import os, sys; sys.path.append(os.path.normpath(os.path.join(os.path.realpath(sys.prefix), {source!r})))\n"


def make_importable(environment: Path, source: Path, machine: Machine) -> None:
    """Put the project's src/ on the environment's path.

    Relative to the environment's real folder, so that the project may be moved; a plain line of a .pth file would be taken
    relative to the link through which Python was started.
    """
    for site in environment.glob("lib/python*/site-packages"):
        machine.files.write(site / "torch_starter_src.pth", PTH.format(source=os.path.relpath(source, environment)))


def python_of(environment: Path) -> Path:
    """The interpreter of an environment."""
    return environment / "bin" / "python"
