"""A project of its own with the environment of this repository, in which commands are run as users run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import torch_starter
from real._sandbox import REPOSITORY

CACHE = str(Path.home() / ".cache" / "uv")  # read before tests get a home of their own: what was downloaded is in it
SOURCE = str(Path(torch_starter.__file__).parent.parent)


@dataclass(frozen=True)
class Place:
    """A project of its own with the environment of this repository, so that nothing is kept there."""

    root: Path
    variables: dict[str, str]

    def write(self, text: str) -> None:
        (self.root / "train.py").write_text(text)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "torch_starter", *words],
            cwd=self.root,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        process = self.start(*words)
        try:
            out, err = process.communicate(timeout=400)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # which ends what it has started, too
            process.communicate(timeout=30)
            raise
        return process.returncode, out, err

    def answer(self, *words: str) -> dict[str, Any]:
        """The report of a command, as JSON has it."""
        _, out, err = self.run(*words)
        assert out, err
        report: dict[str, Any] = json.loads(out)
        return report

    def optimize(self, *words: str, command: tuple[str, ...] = ("python", "train.py", "--epochs", "3")) -> dict[str, Any]:
        """The answer of a search."""
        _, out, err = self.run("optimize", "--json", *words, "--", *command)
        assert out, err
        report: dict[str, Any] = json.loads(out)
        return report

    def left(self) -> list[str]:
        """What trials have left of themselves."""
        return [path.name for path in (self.root / ".torch-starter").glob("*/aside-*")]


@pytest.fixture
def place(current: Path, tmp_path: Path) -> Place:
    return at(tmp_path, (current / ".venv").resolve())


def at(folder: Path, environment: Path) -> Place:
    """A project below a folder whose current environment is this one; it has the repository's spec and locks."""
    root = folder / "a project"
    root.mkdir()
    for name in ("torch-starter.toml", "pyproject.toml", "locks"):
        (root / name).symlink_to(REPOSITORY / name)
    state = root / ".torch-starter" / "here"
    state.mkdir(parents=True)
    (state / "envs").symlink_to(environment.parent)
    own = (REPOSITORY / ".venv").resolve().parent.parent / "uv"
    if own.is_dir():  # which dev.sh has installed where there is none
        (state / "uv").symlink_to(own)
    (root / ".venv").symlink_to(f".torch-starter/here/envs/{environment.name}")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "MKL_", "LD_"))}
    variables.update(TORCH_STARTER_ROOT=str(root), TORCH_STARTER_PLATFORM="here", PWD=str(root), HOME=str(folder))
    variables.update(PYTHONPATH=SOURCE, UV_CACHE_DIR=CACHE)
    return Place(root, variables)
