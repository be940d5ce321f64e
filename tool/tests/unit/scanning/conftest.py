"""A folder, and a repository in it, that only the tests' own settings of git reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.core.machine import Machine
from unit.machines import local
from unit.scanning.repositories import git


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    here = local()
    here.variables.update(GIT_CEILING_DIRECTORIES=str(tmp_path), HOME=str(tmp_path), GIT_CONFIG_GLOBAL="/dev/null")
    return here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    return folder


@pytest.fixture
def repository(folder: Path) -> Path:
    git(folder, "init", "-q", "-b", "main")
    return folder
