"""The folder of one start."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path

import pytest

from torch_starter.core.files import DiskProblem, LocalFiles
from torch_starter.notebooks import private

FILES = LocalFiles()
HERE = platform.node()


def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_nobody_else_can_enter_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = private.make(FILES, tmp_path / "notebook")
    finally:
        os.umask(before)
    assert folder.name == f"{HERE}-{os.getpid()}"
    assert folder.stat().st_mode & 0o777 == 0o700


class KeepsNoModes(LocalFiles):
    """Files as on a disk of Windows."""

    def set_mode(self, path: Path, mode: int) -> None:
        return None


def test_where_modes_are_not_kept_nothing_is_started(tmp_path: Path) -> None:
    (tmp_path / "notebook").mkdir(mode=0o755)
    with pytest.raises(DiskProblem) as stopped:
        private.make(KeepsNoModes(), tmp_path / "notebook")
    assert stopped.value.code == "notebook.open"


def test_what_a_killed_one_left_is_removed_and_what_is_served_stays(tmp_path: Path) -> None:
    serving = 'exec sh -c "echo; read _" sh "$0-$$/start.json"'  # $$ is its own number, which exec keeps
    with subprocess.Popen(["sh", "-c", serving, tmp_path / HERE], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        folders = {
            name: tmp_path / f"{HERE}-{number}"
            for name, number in (("killed", gone()), ("served", process.pid), ("of another", 1))
        }
        for folder in folders.values():
            (folder / "runtime").mkdir(parents=True)
        assert set(private.remove_left_over(FILES, tmp_path)) == {folders["killed"], folders["of another"]}
        assert list(tmp_path.iterdir()) == [folders["served"]]
        process.communicate(b"\n")
    assert private.remove_left_over(FILES, tmp_path) == [folders["served"]]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "notebook").mkdir()
    (tmp_path / "notebook" / f"{HERE}-{gone()}").symlink_to(tmp_path / "kept")
    assert private.remove_left_over(FILES, tmp_path / "notebook")
    assert (tmp_path / "kept" / "file").exists()


def test_what_another_machine_serves_stays_for_a_month(tmp_path: Path) -> None:
    young, old = tmp_path / "node7-1", tmp_path / "node-8-2"
    for folder, days in ((young, 29), (old, 31)):
        folder.mkdir()
        then = time.time() - days * 86_400
        os.utime(folder, (then, then))
    assert private.remove_left_over(FILES, tmp_path) == [old]
    assert list(tmp_path.iterdir()) == [young]
