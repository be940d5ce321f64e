"""Where the build of an image takes packages from."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from torch_starter.core.ask import Ask
from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.core.project import Project
from torch_starter.testing import NoProcesses, NoProgress
from torch_starter.verbs._image_order import of_mirror

TEAM, OTHER = "https://mirror.example.org/simple", "https://other.example.org/simple"


def ask(folder: Path, mirror: str, **variables: str) -> Ask:
    (folder / "torch-starter.toml").write_text(f'[install]\nmirror = "{mirror}"\n')
    return Ask(Project(folder, "here"), Machine(NoProcesses(), LocalFiles(), variables), NoProgress(), {})


@pytest.mark.parametrize(
    ("mirror", "variables", "index"),
    [(TEAM, {}, TEAM), (TEAM, {"UV_DEFAULT_INDEX": OTHER}, OTHER), ("", {"UV_DEFAULT_INDEX": OTHER}, OTHER)],
)
def test_a_mirror_is_a_secret_of_the_build(tmp_path: Path, mirror: str, variables: dict[str, str], index: str) -> None:
    option, told = of_mirror(ask(tmp_path, mirror, **variables))
    path = Path(told.removeprefix("id=uv.toml,src="))
    assert (option, path.stat().st_mode & 0o777) == ("--secret", 0o600)
    assert tomllib.loads(path.read_text()) == {"index": [{"url": index, "default": True}]}


def test_a_folder_is_none_that_a_build_can_see(tmp_path: Path) -> None:
    assert [*of_mirror(ask(tmp_path, "/mnt/team/mirror")), *of_mirror(ask(tmp_path, ""))] == []
