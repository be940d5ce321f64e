from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from torch_starter.cleaning import use

JOB = """
import mmap, os, sys
how, path = sys.argv[1:]
if how == "cwd":
    os.chdir(path)
elif how == "map":
    file = open(path, "rb"); mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ); file.close()
elif how == "open":
    file = open(path)
elif how == "lock":
    import fcntl
    file = open(path, "a"); fcntl.flock(file, fcntl.LOCK_SH)
elif how == "lock alone":
    import fcntl
    file = open(path, "a"); fcntl.flock(file, fcntl.LOCK_EX)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    made = tmp_path / "a cache" / "part"
    made.mkdir(parents=True)
    (made / "file.so").write_bytes(b"x" * 5000)
    (made.parent / "part2").mkdir()
    return made


def job(how: str, path: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A program that uses a path, until the end of a test."""
    argv = [sys.executable, "-c", JOB, how, str(path)]
    given = {**os.environ, **variables}
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=given) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.stdin.close()


@pytest.mark.parametrize(("how", "file"), [("cwd", ""), ("map", "file.so"), ("open", "file.so"), ("lock", "file.so")])
def test_who_uses_a_part_is_told(cache: Path, how: str, file: str) -> None:
    for process in job(how, cache / file):
        uses = use.look()
        assert use.used_by(uses, [str(cache)], [], []).startswith(f"process {process.pid} (python")
        assert use.used_by(uses, [str(cache.parent / "part2"), str(cache.parent / "par")], [], []) == ""
        assert use.used_by(uses, [], [str(cache / "file.so")], []) == (
            "" if how == "cwd" else use.used_by(uses, [str(cache)], [], [])
        )
    assert use.used_by(use.look(), [str(cache)], [str(cache)], []) == ""


def test_an_environment_is_used_by_what_was_started_in_it(cache: Path, tmp_path: Path) -> None:
    for process in job("cwd", tmp_path, VIRTUAL_ENV=str(cache)):
        assert use.used_by(use.look(), [str(cache)], [], []).startswith(f"process {process.pid} (python")
        assert use.used_by(use.look(), [str(cache.parent / "part2")], [], []) == ""


def test_an_environment_is_used_by_what_runs_its_interpreter(cache: Path) -> None:
    program = cache / "bin" / "python"
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    argv = [str(program), "-I", "-S", "-c", "print('ready', flush=True); input()"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert "uses it" in use.used_by(use.look(), [str(cache)], [], [])
        process.communicate("\n")


def test_a_lock_of_somebody_who_is_not_in_proc_is_seen(cache: Path, tmp_path: Path) -> None:
    """As from a container, where the processes of the host are not to be seen."""
    lock = str(cache / "file.so")
    for _ in job("lock alone", Path(lock)):
        assert use.used_by(use.look(tmp_path), [], [lock], []) == "a process that is not to be seen from here uses it"
    assert use.used_by(use.look(tmp_path), [], [lock, str(cache), str(cache / "none")], []) == ""


def test_a_lock_that_we_hold_ourselves_keeps_nothing(cache: Path, tmp_path: Path) -> None:
    with (cache / "file.so").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert use.used_by(use.look(tmp_path), [], [str(cache / "file.so")], []) == ""


def test_a_part_behind_a_link_is_the_same(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("a cache")
    for _ in job("open", cache / "file.so"):
        assert "uses it" in use.used_by(use.look(), [str(tmp_path / "link" / "part")], [], [])


def test_what_we_use_ourselves_is_not_in_use(cache: Path) -> None:
    with (cache / "file.so").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert use.look(me=os.getpid()).below(str(cache)) is None
        assert use.look(me=0).below(str(cache)) == os.getpid()
        assert use.look(me=os.getpid()).holder(str(cache / "file.so")) is None
        assert use.look(me=0).holder(str(cache / "file.so")) == os.getpid()


def test_a_library_of_torch_in_a_process_of_ours_is_seen(cache: Path) -> None:
    (cache / "libtorch_of_this_test.so").write_bytes(b"x" * 5000)
    for process in job("map", cache / "libtorch_of_this_test.so"):
        assert use.used_by(use.look(), [], [], ["libtorch_of_this_test.so"]) == (
            f"process {process.pid} (python) has torch loaded, and may read it at any moment"
        )
        assert use.used_by(use.look(), [], [], []) == ""


def test_what_is_no_proc_says_that_nobody_uses_anything(tmp_path: Path) -> None:
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "maps").write_bytes(b"\xff nonsense\n\n")
    assert use.look(tmp_path).below("/x") is None
    assert use.look(tmp_path / "none").paths == []
