"""Finds a CPython of the spec's version: where uv looks, and where uv alone does not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from torch_starter.core.machine import Machine
from torch_starter.core.problems import Missing

ASK = "import sys; print('%d.%d' % sys.version_info[:2], sys.implementation.name, sys._base_executable)"
ANSWER_SECONDS = 20.0


def find(machine: Machine, version: str, uv: Path) -> Path:
    """A CPython `version` such as "3.12", outside any virtual environment; raises Missing with the commands that get one."""
    short = ".".join(version.split(".")[:2])
    for candidate in candidates(machine, short, uv):
        done = machine.processes.run([candidate, "-I", "-c", ASK], timeout=ANSWER_SECONDS)
        found = done.out.split(maxsplit=2)
        if done.ok and found[:2] == [short, "cpython"]:
            return Path(found[2].strip())
    raise Missing(
        "python.missing",
        f"there is no CPython {short} on this machine, and uv could not download one",
        f"one of: sudo apt install python{short} python{short}-venv | pyenv install {short} | uv python install {short}",
    )


def candidates(machine: Machine, short: str, uv: Path) -> Iterator[str]:
    """Interpreters to ask, the cheapest first; uv is asked, and made to download one, only when nothing else is left."""
    yield getattr(sys, "_base_executable", sys.executable)
    yield from on_path(machine, f"python{short}")
    yield from pyenv(machine, short)
    for words in (["python", "find", "--system", short], ["python", "install", short], ["python", "find", "--system", short]):
        done = machine.processes.run([uv, *words], timeout=600)
        if done.ok and done.out.strip():
            yield done.out.strip()


def on_path(machine: Machine, name: str) -> Iterator[str]:
    """Every program of that name on PATH: the first may be a shim that only prints an error."""
    for folder in machine.variables.get("PATH", "").split(os.pathsep):
        program = Path(folder) / name
        if folder and os.access(program, os.X_OK):
            yield str(program)


def pyenv(machine: Machine, short: str) -> Iterator[str]:
    """pyenv's versions, the newest first."""
    root = Path(machine.variables.get("PYENV_ROOT") or Path(machine.variables.get("HOME", "/")) / ".pyenv")
    found = [path for path in root.glob(f"versions/{short}.*/bin/python{short}") if path.is_file()]
    yield from (str(path) for path in sorted(found, key=patch_of, reverse=True))


def patch_of(path: Path) -> tuple[int, ...]:
    """The version in a pyenv path, to sort by."""
    return tuple(int(part) for part in path.parent.parent.name.split(".") if part.isdigit())
