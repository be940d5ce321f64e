from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.files import DiskProblem, LocalFiles, disk_problem, nearest

FILES = LocalFiles()
HOLDER = """
import sys, pathlib
from torch_starter.core.files import LocalFiles
with LocalFiles().lock(pathlib.Path(sys.argv[1]), print):
    print("held", flush=True)
    sys.stdin.read()
"""


def no_wait(text: str) -> None:
    raise AssertionError(text)


def test_a_file_is_written_with_its_folder_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    FILES.write(path, "ä\n")
    assert FILES.read(path) == "ä\n"
    assert os.listdir(path.parent) == ["b.txt"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        FILES.write(Path(folder) / "x", text)
        assert FILES.read(Path(folder) / "x") == text


@pytest.mark.parametrize("mode", [0o600, 0o755, 0o444])
def test_a_file_that_is_written_again_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(mode)
    FILES.write(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o7777) == ("new", mode)


def test_a_file_of_another_user_stays_theirs(tmp_path: Path) -> None:
    if os.getuid():
        pytest.skip("giving a file away needs root")
    path = tmp_path / "x"
    path.write_text("old")
    os.chown(path, 1234, 1234)
    FILES.write(path, "new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1234)


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link_and_what_it_leads_to_is_written(tmp_path: Path, there: bool) -> None:
    far, link = tmp_path / "far" / "x", tmp_path / "near" / "x"
    link.parent.mkdir()
    link.symlink_to("../far/x")
    if there:
        FILES.write(far, "old")
    FILES.write(link, "new")
    assert (os.readlink(link), far.read_text()) == ("../far/x", "new")
    assert os.listdir(link.parent) == os.listdir(far.parent) == ["x"]


def test_a_link_to_itself_is_said(tmp_path: Path) -> None:
    (tmp_path / "x").symlink_to("x")
    with pytest.raises(DiskProblem) as stopped:
        FILES.write(tmp_path / "x", "text")
    assert stopped.value.code == "disk.error"
    assert os.listdir(tmp_path) == ["x"]


def test_what_is_not_there_or_not_a_file_reads_as_nothing(tmp_path: Path) -> None:
    assert FILES.read(tmp_path / "x") is None
    assert FILES.read(tmp_path) is None


def test_a_failed_write_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x"
    FILES.write(path, "old")
    with pytest.raises(UnicodeEncodeError):
        FILES.write(path, "new \udc80")  # fails after its first half was written aside
    assert FILES.read(path) == "old"
    assert os.listdir(tmp_path) == ["x"]


def test_a_full_disk_leaves_the_old_content_and_says_so(tmp_path: Path) -> None:
    if (
        os.getuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", tmp_path], capture_output=True).returncode
    ):
        pytest.skip("mounting a small file system needs root")
    try:
        FILES.write(tmp_path / "x", "old")
        with pytest.raises(DiskProblem) as stopped:
            FILES.write(tmp_path / "x", "new" * 100_000)
        assert (stopped.value.code, stopped.value.exit_code) == ("disk.full", 5)
        assert FILES.read(tmp_path / "x") == "old"
        assert os.listdir(tmp_path) == ["x"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_file_in_the_place_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(DiskProblem) as stopped:
        FILES.write(tmp_path / "x" / "y", "text")
    assert stopped.value.code == "disk.error"


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk.full"), (errno.EDQUOT, "disk.full"), (errno.EROFS, "disk.read-only"), (errno.EACCES, "disk.read-only")],
)
def test_what_the_system_refuses_becomes_a_problem_with_an_instruction(number: int, code: str) -> None:
    problem = disk_problem(Path("/p/x"), OSError(number, os.strerror(number)))
    assert (problem.code, problem.exit_code) == (code, 5)
    assert "/p" in problem.message
    assert problem.remedy


def test_a_link_replaces_a_link_in_one_step(tmp_path: Path) -> None:
    link = tmp_path / ".venv"
    FILES.link(link, "one")
    FILES.link(link, "two")
    assert os.readlink(link) == "two"
    assert os.listdir(tmp_path) == [".venv"]


def test_a_link_does_not_replace_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    with pytest.raises(DiskProblem):
        FILES.link(tmp_path / ".venv", "one")
    assert os.listdir(tmp_path) == [".venv"]


def test_a_tree_is_removed_and_what_a_link_points_to_is_not(tmp_path: Path) -> None:
    FILES.write(tmp_path / "tree" / "x", "text")
    FILES.link(tmp_path / "link", "tree")
    FILES.remove_tree(tmp_path / "link")
    assert FILES.read(tmp_path / "tree" / "x") == "text"
    FILES.remove_tree(tmp_path / "tree")
    FILES.remove_tree(tmp_path / "tree")
    assert os.listdir(tmp_path) == []


def test_free_space_is_that_of_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    assert FILES.free_bytes(tmp_path / "not" / "yet") > 0


def test_what_cannot_be_looked_at_is_passed_over(tmp_path: Path) -> None:
    hidden = tmp_path / ("x" * 300) / "cache"  # of which the system answers neither that it is there nor that it is not
    assert nearest(hidden) == tmp_path
    assert FILES.free_bytes(hidden) > 0


def test_a_lock_excludes_another_process_and_ends_with_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "lock"
    words = [sys.executable, "-c", HOLDER, str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        waited: list[str] = []

        def on_wait(text: str) -> None:
            waited.append(text)
            holder.kill()

        with FILES.lock(path, on_wait):
            assert waited == [f"waiting for another command that changes the same (process {holder.pid})"]
    with FILES.lock(path, no_wait):
        assert path.read_text() == str(os.getpid())
