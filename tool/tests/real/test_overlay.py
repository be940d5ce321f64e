"""Packages beside an environment, with real uv: the environment stays as it is, and what cannot be had is said."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from real._sandbox import make_wheel
from torch_starter.core.ask import Ask
from torch_starter.core.files import LocalFiles
from torch_starter.core.kinds import Profiler
from torch_starter.core.machine import Machine
from torch_starter.core.processes import LocalProcesses
from torch_starter.core.project import Project
from torch_starter.making.overlay import Overlay, overlay
from torch_starter.testing import NoProgress

UV = Path(sys.prefix).parent / "uv" / "bin"


def profiler(name: str, requirement: str | None = None) -> Profiler:
    return Profiler(name, f"{name}>=1,<2" if requirement is None else requirement, name, "It looks.", f"no {name}", "tests")


class Target:
    """An environment, a project, and a folder of wheels."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.env = folder, folder / "env"
        self.python = self.env / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.env], check=True)
        self.packages = next(self.env.glob("lib/python*/site-packages"))
        (self.packages / "there.py").write_text("raise SystemExit('it is only looked for')\n")
        (folder / "torch-starter.toml").write_text("")
        make_wheel(folder / "wheels", "alpha", "1.2", {"alpha/__init__.py": "NUMBER = 1\n"}, ["beta"])
        make_wheel(folder / "wheels", "beta", "1.0", {"beta.py": "NUMBER = 2\n"})
        self.project = Project(folder, "here")

    def ask(self, *profilers: Profiler, **more: str) -> Overlay:
        variables = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
        variables.update(UV_NO_INDEX="1", UV_FIND_LINKS=str(self.folder / "wheels"), UV_CACHE_DIR=str(self.folder / "cache"))
        variables.update({"PATH": f"{UV}:{os.environ['PATH']}", **more})
        ask = Ask(self.project, Machine(LocalProcesses(), LocalFiles(), variables), NoProgress(), {})
        return overlay(ask, self.python, profilers)

    def bytes(self) -> dict[str, str]:
        """A hash of each file of the environment."""
        paths = sorted(path for path in self.env.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def left(self) -> list[str]:
        """What is kept, but for locks."""
        folder = self.project.state / "profilers"
        return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock") if folder.is_dir() else []

    def imports(self, folder: Path | None) -> str:
        code = "import alpha, beta; print(alpha.NUMBER + beta.NUMBER)"
        variables = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run([self.python, "-c", code], env=variables, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(tmp_path)


def test_what_is_lacking_goes_beside_and_nothing_of_the_environment_changes(target: Target) -> None:
    before = target.bytes()
    found = target.ask(profiler("alpha"), profiler("there"))
    assert found.folder is not None
    assert found.folder.parent == target.project.state / "profilers"
    assert (found.missing, found.own) == ({}, ("there",))
    assert target.imports(found.folder) == "3"
    assert target.bytes() == before


def test_it_is_kept_for_the_next_time_even_without_a_network(target: Target) -> None:
    first = target.ask(profiler("alpha"))
    assert target.ask(profiler("alpha"), UV_FIND_LINKS="/nowhere", UV_OFFLINE="1") == first
    assert len(target.left()) == 1
    other = target.ask(profiler("alpha", "alpha==1.2"))
    assert other.folder not in (None, first.folder)


def test_an_environment_that_has_all_needs_nothing(target: Target) -> None:
    assert target.ask(profiler("there")) == Overlay(own=("there",))
    assert target.left() == []


def test_what_cannot_be_had_is_said_and_leaves_nothing(target: Target) -> None:
    found = target.ask(profiler("gamma"), profiler("there"))
    assert (found.folder, found.own) == (None, ("there",))
    assert found.missing["gamma"].startswith("no gamma: ")
    assert target.left() == []


def test_a_part_of_the_environment_is_not_looked_for_in_an_index(target: Target) -> None:
    found = target.ask(profiler("alpha"), profiler("own", requirement=""))
    assert found.missing == {"own": "no own: own is not there"}
    assert found.folder is not None


def test_a_folder_that_may_not_be_written_is_said(target: Target) -> None:
    target.project.state.mkdir(parents=True)
    (target.project.state / "profilers").write_text("a file")
    assert "no alpha: " in target.ask(profiler("alpha")).missing["alpha"]


def test_an_interpreter_that_does_not_answer_is_said(target: Target) -> None:
    target.python.unlink()
    assert "does not say what it has" in target.ask(profiler("alpha")).missing["alpha"]


def test_without_uv_it_is_said(target: Target) -> None:
    assert "uv is neither on PATH" in target.ask(profiler("alpha"), PATH="/nowhere").missing["alpha"]
