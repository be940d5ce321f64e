"""An environment with all optional extras, from the lock: a hard-linked copy of this repository's, and what they add to it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from real._place import CACHE, Place, at
from real._sandbox import REPOSITORY, uv
from torch_starter.core import requirements
from torch_starter.core.files import LocalFiles
from torch_starter.making.environments import RECORD, Record

EXTRAS = ("datascience", "notebook", "tracking", "profiling", "security")


def run(*words: str | Path) -> None:
    """A command that has to work, from the repository's root."""
    variables = {**os.environ, "UV_CACHE_DIR": CACHE}
    done = subprocess.run(words, cwd=REPOSITORY, env=variables, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr


def add(environment: Path, extras: tuple[str, ...]) -> None:
    """Install extras as the lock has them, compile them, and write down that they are there, as set-up does."""
    words = [word for extra in extras for word in ("--extra", extra)]
    install = ["pip", "install", "--require-hashes", "--compile-bytecode", "--python"]
    run(uv(), *install, environment / "bin" / "python", "-r", "pyproject.toml", "-c", "locks/cpu.txt", *words)
    record = msgspec.json.decode((environment / RECORD).read_bytes(), type=Record)
    packages = tuple(sorted(path.name for path in environment.glob("lib/python*/site-packages/*.dist-info")))
    kept = tuple(dict.fromkeys((*record.extras, *extras)))
    (environment / RECORD).unlink()  # the file is the one of the environment that was copied
    (environment / RECORD).write_bytes(msgspec.json.encode(msgspec.structs.replace(record, extras=kept, packages=packages)))


@pytest.fixture(scope="session")
def with_extras(current: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment, made once for all workers of a run. Tests change nothing in it."""
    assert requirements.parse((current / "pyproject.toml").read_text()).known_extras(EXTRAS) == EXTRAS
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "environments"
    folder.mkdir(exist_ok=True)
    made = folder / "cpu-extras"
    with LocalFiles().lock(folder / "lock", print):
        if not made.exists():
            run("cp", "--archive", "--link", (current / ".venv").resolve(), folder / "aside")
            add(folder / "aside", ("dev", *EXTRAS))
            (folder / "aside").rename(made)
    return made


@pytest.fixture
def extras(with_extras: Path, tmp_path: Path) -> Place:
    """A project of its own whose environment has all extras."""
    return at(tmp_path, with_extras)
