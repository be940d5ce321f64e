"""What a script writes goes to the scratch folder, whatever way it takes; the script sees it where it was to be."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import textwrap
from pathlib import Path

import pytest

from unit.harness.stage import World, photograph


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_what_is_written_is_seen_and_kept_aside(world: World) -> None:
    text = """
        with open("a", "a") as file: print(file.write(" and new"), file.name)
        os.makedirs("out/run"); open("out/run/last.pt", "wb").write(b"weights"); os.remove("b")
        print(open("a").read(), sorted(os.listdir()), os.path.exists("b"), os.listdir("out/run"))
        print(found.kept())
    """
    kept = [str(world.real / name) for name in ("a", "out/run/last.pt")]
    assert world.run(text).splitlines() == ["8 a", "old a and new ['a', 'd', 'out'] False ['last.pt']", str(kept)]
    assert (world.scratch / "tree" / str(world.real / "a")[1:]).read_text() == "old a and new"


def test_folders_whose_writes_are_meant_are_written_to(world: World) -> None:
    (world.real.parent / "link").symlink_to(world.through)
    world.run("""
        path = os.path.dirname(os.getcwd())
        open(path + "/through/one", "w").write("1")
        os.makedirs(path + "/link/folder"); open(path + "/link/folder/two", "w").write("2")
        os.rename(path + "/link/one", path + "/through/folder/three")
        open("kernel", "w").write("4"); os.rename("kernel", path + "/through/four")
        os.rename(path + "/through/four", "five"); os.rename("five", path + "/through/five")
        assert not os.path.exists("five") and found.kept() == []
    """)
    assert {path.name: path.read_text() for path in world.through.rglob("*") if path.is_file()} == {
        "two": "2",
        "three": "1",
        "five": "4",
    }


def test_devices_pipes_and_sockets_are_the_real_ones(world: World) -> None:
    os.mkfifo(world.through.parent / "pipe")
    world.run("""
        import socket, threading
        open("/dev/null", "w").write("x"); open("/dev/fd/2", "w").write("x")
        os.chdir("..")
        writer = threading.Thread(target=lambda: open("pipe", "w").write("through the pipe")); writer.start()
        assert open("pipe").read() == "through the pipe"
        writer.join()
        socket.socket(socket.AF_UNIX).bind("socket"); os.unlink("socket")
        socket.socket(socket.AF_UNIX).bind("socket")
        assert found.kept() == []
    """)
    assert (world.through.parent / "socket").is_socket()


def test_what_was_imported_before_is_redirected_too(world: World) -> None:
    text = """
        import pathlib, shutil, tempfile, tarfile, bz2
        from builtins import open as opened
        from os import remove
        class Store:
            opener = open
            make = staticmethod(os.mkdir)
            def put(self, path, opened=open): opened(path, "w").write("put")
        redirect()
        opened("a", "w").write("new"); remove("b"); Store().put("c"); Store.make("m"); Store.opener("e", "w").close()
        with tarfile.open("t.tar", "w") as file: file.add("a")
        with bz2.open("t.bz2", "w") as file: file.write(b"x")
        with tempfile.NamedTemporaryFile(dir=".") as file: name = file.name
        shutil.rmtree("d"); pathlib.Path("p").write_text("p"); pathlib.Path("p").chmod(0o600)
        print(os.path.exists(name), sorted(os.listdir()), open("a").read())
    """
    done = subprocess.run(world.script(text), cwd=world.real, capture_output=True, text=True)
    assert done.stdout == "False ['a', 'c', 'e', 'm', 'p', 't.bz2', 't.tar'] new\n", done.stderr
    world.must_be_as_before()


def test_files_without_a_buffer_are_redirected_and_known_as_what_they_are(world: World) -> None:
    assert world.run("""
        import io, pickle
        with io.FileIO("a", "w") as file: file.write(b"raw")
        with open("a", "rb", buffering=0) as file: print(file.read(), isinstance(file, io.FileIO))
        print(pickle.loads(pickle.dumps([open, os.stat])) == [open, os.stat], isinstance(0, io.FileIO))
    """).splitlines() == ["b'raw' True", "True False"]


def test_open_folders_and_files_lead_to_their_copies(world: World) -> None:
    assert world.run("""
        folder = os.open(".", os.O_RDONLY)
        os.mkdir("new", dir_fd=folder); os.close(os.open("new/x", os.O_CREAT, dir_fd=folder)); os.unlink("b", dir_fd=folder)
        os.rename("new/x", "y", src_dir_fd=folder, dst_dir_fd=folder)
        print(sorted(os.listdir(folder)), sorted(entry.name for entry in os.scandir(folder)), os.stat("y", dir_fd=folder).st_size)
        with open("a") as file: os.fchmod(file.fileno(), 0o600); os.utime(file.fileno(), (1, 1)); os.chmod(file.fileno(), 0o640)
        print(oct(os.stat("a").st_mode), os.stat("a").st_mtime, sorted(where for where, *_ in os.fwalk(".")))
    """).splitlines() == ["['a', 'd', 'new', 'y'] ['a', 'd', 'new', 'y'] 0", "0o100640 1.0 ['.', './d', './new']"]


def test_a_folder_that_is_only_aside_can_be_gone_into(world: World) -> None:
    assert world.run("""
        os.makedirs("out/run"); os.chdir("out/run"); open("x", "w").write("x")
        print(os.getcwd(), os.listdir(), os.path.abspath("x"), open("../../a").read()); os.chdir(".."); print(os.listdir())
    """).splitlines() == [f"{world.real}/out/run ['x'] {world.real}/out/run/x old a", "['run']"]


def test_programs_find_the_real_files_of_a_folder_that_was_gone_into(world: World) -> None:
    """They do not ask us, so they do not see what was written."""
    assert world.run("open('d/new', 'w').close(); os.chdir('d'); os.system('ls'); print(sorted(os.listdir()))").splitlines() == [
        "c",
        "['c', 'new']",
    ]


def test_modules_that_a_script_wrote_are_found(world: World) -> None:
    assert (
        world.run("""
        sys.path.insert(0, os.getcwd()); sys.dont_write_bytecode = False
        os.mkdir("pack"); open("pack/__init__.py", "w").write("name = 'pack'")
        open("pack/part.py", "w").write("from pack import name")
        import pack.part
        spec = importlib.util.spec_from_file_location("other", os.path.abspath("pack/__init__.py"))
        other = importlib.util.module_from_spec(spec); spec.loader.exec_module(other)
        print(pack.part.name, other.name, [os.path.basename(path) for path in found.kept()])
    """)
        == "pack pack ['__init__.py', 'part.py']"
    )


@pytest.mark.parametrize("before", ["import sqlite3; found = redirect()", "found = redirect(); import sqlite3"])
def test_databases_are_worked_on_aside(world: World, before: str) -> None:
    with contextlib.closing(sqlite3.connect(world.real / "real.db")) as base, base:
        base.execute("create table t (x)")
    world.before = photograph(world.real)
    text = """
        found.hooks["sqlite3"](sqlite3)
        def rows(path, **how):
            with sqlite3.connect(path, **how) as base: return base.execute("select * from t").fetchall()
        with sqlite3.connect("real.db") as base: base.execute("insert into t values (2)")
        with sqlite3.connect("new.db") as base: base.execute("create table t (x)"); base.execute("insert into t values (3)")
        print(rows("real.db"), rows("new.db"))
        print(rows("file:real.db?mode=ro", uri=True), rows(f"file://{os.getcwd()}/new.db", uri=True))
        print(sqlite3.connect(":memory:").execute("select 1").fetchall(), sorted(os.listdir()))
        try: rows("nothing/x.db")
        except sqlite3.OperationalError as error: print(error)
    """
    done = subprocess.run(world.script(before + textwrap.dedent(text)), cwd=world.real, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "[(2,)] [(3,)]",
        "[(2,)] [(3,)]",
        "[(1,)] ['a', 'b', 'd', 'new.db', 'real.db']",
        "unable to open database file",
    ], done.stderr
    world.must_be_as_before()


def test_what_a_database_has_not_taken_in_yet_is_seen(world: World) -> None:
    with contextlib.closing(sqlite3.connect(world.real / "real.db")) as base:
        base.execute("pragma journal_mode = wal")
        base.execute("create table t (x)")
        base.commit()
        assert (world.real / "real.db-wal").stat().st_size
        world.before = photograph(world.real)
        assert (
            world.run("""
            import sqlite3
            found.hooks["sqlite3"](sqlite3)
            print(sqlite3.connect("real.db").execute("select count(*) from t").fetchall())
        """)
            == "[(0,)]"
        )


def test_libraries_that_open_files_by_themselves_are_told_where(world: World) -> None:
    """The real ones, which need torch, are in tests/real."""
    assert world.run("""
        import posix, types, pathlib, io
        def put(path, text):
            if isinstance(path, io.StringIO): return path.write(text)
            number = posix.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            posix.write(number, text.encode()); posix.close(number)
        def get(path): return posix.read(posix.open(path, os.O_RDONLY), 99).decode()
        library = types.SimpleNamespace(save_file=lambda tensors, filename, metadata=None: put(filename, tensors), load_file=get)
        found.hooks["safetensors.torch"](library); found.hooks["safetensors.torch"](library)
        library.save_file("one", "a"); library.save_file("two", filename=pathlib.Path("new")); library.save_file("three", b"d/c")
        memory = io.StringIO(); library.save_file("four", memory)
        print([library.load_file(path) for path in ("a", "b", pathlib.Path("new"), "d/c")], memory.getvalue(), open("a").read())
        try: library.save_file("five", "nothing/x")
        except FileNotFoundError: print("there is no such folder")
    """).splitlines() == ["['one', 'old b', 'two', 'three'] four one", "there is no such folder"]


def test_processes_of_one_trial_see_each_others_files(world: World) -> None:
    seen = world.run("""
        read, write = os.pipe()
        if os.fork() == 0:
            open("a", "w").write("of the child"); os.remove("b"); os.makedirs("new/folder"); open("new/folder/x", "w").close()
            os.write(write, b"x"); os._exit(0)
        os.read(read, 1); os.wait()
        print(open("a").read(), os.path.exists("b"), os.listdir("new/folder"))
    """)
    assert seen == "of the child False ['x']"
    assert world.run("print(open('a').read(), os.path.exists('b'), os.listdir('new/folder'))") == seen
