"""Compiles the packages of a new environment, so that no start pays for it.

The spec sets PYTHONDONTWRITEBYTECODE: what is not compiled here is compiled anew at every start. Packages' own test suites
are left out; and where the environment before has the same source file (the same inode: both are hard links into the cache
of packages), its bytecode is taken over by a link.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from torch_starter.core.machine import Machine
from torch_starter.core.probing import usable_cpus
from torch_starter.core.progress import Progress, Stage

LEFT_OUT = {"test", "tests", "testdata"}
DONE_BEFORE = "Compiling "


def compile_all(machine: Machine, environment: Path, progress: Progress, previous: Path | None) -> None:
    """Compile every module of an environment. A file that is no valid Python is left alone, as pip does."""
    for site in environment.glob("lib/python*/site-packages"):
        if previous is not None:
            take_over(previous / site.relative_to(environment), site)
        total = sum(1 for _ in sources(site))
        with progress.stage("bytecode", total, "things") as stage:
            compile_site(machine, environment / "bin" / "python", site, stage, total)


def compile_site(machine: Machine, python: Path, site: Path, stage: Stage, total: int) -> None:
    """Compile one folder, and say how many of `total` modules are done."""
    left_out = rf"^{re.escape(str(site))}/(.*/)?({'|'.join(sorted(LEFT_OUT))})/"
    done = 0

    def step(line: str) -> None:
        nonlocal done
        if line.startswith(DONE_BEFORE):
            done += 1
            stage.to(done, total, "modules")

    # compileall prints a line for each file that it compiles, and nothing for one that is compiled already
    argv: list[str | Path] = [python, "-I", "-m", "compileall", "-j", str(usable_cpus()), "-x", left_out, site]
    machine.processes.run(argv, env={"PYTHONUNBUFFERED": "1"}, on_line=step)


def sources(site: Path) -> Iterator[Path]:
    """The modules to compile that have no bytecode yet."""
    for folder, inner, names in os.walk(site):
        inner[:] = [name for name in inner if name not in LEFT_OUT and name != "__pycache__"]
        cache = Path(folder) / "__pycache__"
        stems = {entry.name.split(".")[0] for entry in cache.iterdir()} if cache.is_dir() else set()
        yield from (Path(folder) / name for name in names if name.endswith(".py") and name[:-3] not in stems)


def take_over(old: Path, new: Path) -> None:
    """Link the bytecode of every source file that both environments share."""
    for folder, _, names in os.walk(new):
        cache = old / os.path.relpath(folder, new) / "__pycache__"
        if not cache.is_dir():
            continue
        shared = {name[:-3] for name in names if name.endswith(".py") and same_file(Path(folder) / name, cache.parent / name)}
        target = Path(folder) / "__pycache__"
        for entry in cache.iterdir():
            if entry.name.split(".")[0] in shared:
                target.mkdir(exist_ok=True)
                with contextlib.suppress(OSError):  # a link that cannot be made is compiled instead
                    os.link(entry, target / entry.name)


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths are links to one file."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
