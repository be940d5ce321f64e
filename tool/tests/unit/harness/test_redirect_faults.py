"""Whatever goes wrong with leading writes aside, no real file is changed, and errors are those that the script knows."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from torch_starter.harness import _places
from unit.harness.stage import World, photograph


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_pipes_and_sockets_of_others_are_not_removed(world: World) -> None:
    os.mkfifo(world.real / "d" / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(world.real / "socket"))
        world.before = photograph(world.real)
        assert world.run("import shutil; shutil.rmtree('d'); os.unlink('socket'); print(sorted(os.listdir()))") == "['a', 'b']"


def test_the_scratch_folder_itself_is_just_what_it_is(world: World) -> None:
    """Whoever looks into it, or removes it, must not come to all that is seen through it."""
    text = """
        open("a", "w").close(); tree = found.union.tree
        print([at[len(tree) :] for at, _, names in os.walk(tree) if names], os.listdir(tree), os.path.exists(tree + "/etc"))
    """
    top = world.real.parts[1]
    assert world.run(text) == f"['{world.real}'] ['{top}'] False"


def test_a_copy_does_not_take_the_place_of_one_that_another_process_has_changed(tmp_path: Path) -> None:
    for name in ("copy", "changed"):
        (tmp_path / name).write_text(name)
    _places.settle(str(tmp_path / "copy"), str(tmp_path / "changed"))
    assert (tmp_path / "changed").read_text() == "changed"
    _places.settle(str(tmp_path / "copy"), str(tmp_path / "new"))
    assert (tmp_path / "new").read_text() == "copy"


def test_all_that_several_processes_add_to_one_file_is_in_it(world: World) -> None:
    assert (
        world.run("""
        for number in range(4):
            if os.fork() == 0:
                for line in range(50): open("a", "a").write("\\nline")
                os._exit(0)
        assert [os.wait()[1] for _ in range(4)] == [0] * 4
        print(open("a").read().count("line"), open("a").read()[:5])
    """)
        == "200 old a"
    )


def test_the_scratch_folder_is_not_seen_in_the_folder_that_it_lies_in(tmp_path: Path) -> None:
    world = World(tmp_path, tmp_path / "real" / "state" / "scratch")
    world.scratch.parent.mkdir()
    text = """
        found = redirect(); open("new", "w").close()
        print([at + "/" + name for at, _, names in os.walk(".") for name in sorted(names)], os.listdir("state"))
    """
    done = subprocess.run(world.script(text), cwd=world.real, capture_output=True, text=True)
    assert done.stdout == "['./a', './b', './new', './d/c'] []\n", done.stderr


@pytest.mark.parametrize("harm", ["rm -r {scratch}", "rm -r {tree}; touch {tree}", "rm {journal}"])
@pytest.mark.parametrize(
    "write", ["open('a', 'a')", "open('a', 'w')", "os.remove('a')", "os.rename('a', 'b')", "os.chmod('a', 0o600)"]
)
def test_where_writes_cannot_be_led_aside_they_fail(world: World, harm: str, write: str) -> None:
    text = """
        found = redirect()
        open("d/c", "w").close()
        os.system("HARM")
        try: WRITE
        except OSError: print("failed")
    """
    places = {"scratch": world.scratch, "tree": world.scratch / "tree", "journal": world.scratch / "journal"}
    words = world.script(text.replace("HARM", harm.format(**places)).replace("WRITE", write))
    done = subprocess.run(words, cwd=world.real, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("failed\n", 0), done.stderr
    world.must_be_as_before()


@pytest.mark.parametrize(
    "doing", ["open('a', 'a').write('x' * 99999)", "os.rename('d', 'e'); os.rename('e', 'd')", "os.utime('b')"]
)
def test_a_process_that_is_killed_leaves_the_real_files_as_they_were(world: World, doing: str) -> None:
    text = f"found = redirect()\nprint('begun', flush=True)\nwhile True:\n    {doing}"
    with subprocess.Popen(world.script(text), cwd=world.real, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        while not (world.scratch / "tree").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    world.must_be_as_before()


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("open('nothing')", "[Errno 2] No such file or directory: 'nothing'"),
        ("open('nothing/x', 'w')", "[Errno 2] No such file or directory: 'nothing/x'"),
        ("open('a/x', 'w')", "[Errno 20] Not a directory: 'a/x'"),
        ("open('d', 'w')", "[Errno 21] Is a directory: 'd'"),
        ("open('a', 'x')", "[Errno 17] File exists: 'a'"),
        ("os.mkdir('d')", "[Errno 17] File exists: 'd'"),
        ("os.rmdir('d')", "[Errno 39] Directory not empty: 'd'"),
        ("os.remove('d')", "[Errno 21] Is a directory: 'd'"),
        ("os.rename('a', 'd')", "[Errno 21] Is a directory: 'a' -> 'd'"),
        ("os.symlink('x', 'a')", "[Errno 17] File exists: 'x' -> 'a'"),
        ("os.listdir(b'a')", "[Errno 20] Not a directory: b'a'"),
        ("os.stat('gone')", "[Errno 2] No such file or directory: 'gone'"),
        ("open('gone', 'r+')", "[Errno 2] No such file or directory: 'gone'"),
        ("open('')", "[Errno 2] No such file or directory: ''"),
        ("open('a\\0b')", "embedded null byte"),
        ("os.stat(None)", "stat: path should be string, bytes, os.PathLike or integer, not NoneType"),
    ],
)
def test_errors_are_those_that_it_would_have_had(world: World, does: str, says: str) -> None:
    text = f"open('gone', 'w').close(); os.remove('gone')\ntry: {does}\nexcept Exception as error: print(error)"
    assert world.run(text) == says
