"""What a script may do to files, as a process that does what it is told on its standard input.

Run by itself: with the folder that paths begin in, and where writes are to be led aside, redirect.py and the scratch folder.
"""

from __future__ import annotations

import glob
import importlib.util
import json
import os
import pathlib
import shutil
import stat
import sys
import tempfile
from typing import Any

OLD = 1_000_000_000  # when what was there before the script was last changed


def spelled(path: str, how: str) -> Any:
    """A path below the root, as scripts spell it."""
    if how == "dots":
        return "./d/../" + path
    if how == "whole":
        return os.path.join(ROOT, path)
    if how == "bytes":
        return os.fsencode(path)
    return pathlib.Path(path) if how == "path" else path


def write(path: Any, mode: str, text: str) -> Any:
    with open(path, mode) as file:
        file.write(text)
        return file.name == path


def write_number(path: Any, flags: int) -> None:
    number = os.open(path, flags, 0o640)
    try:
        if flags & (os.O_WRONLY | os.O_RDWR):
            os.write(number, b"number")
    finally:
        os.close(number)


def read(path: Any) -> str:
    with open(path, "rb") as file:
        return file.read().decode()


def state(path: Any, follow: bool) -> Any:
    """What is told of a thing, and whether it has changed since it was old; a link's own time is that of its making."""
    found = os.stat(path, follow_symlinks=follow)
    link = stat.S_ISLNK(found.st_mode)
    size = -1 if stat.S_ISDIR(found.st_mode) else found.st_size
    return [stat.S_IFMT(found.st_mode), oct(found.st_mode), size, link or int(found.st_mtime) == OLD]


def looks(path: Any) -> Any:
    """All short questions at once."""
    kinds = [os.path.exists, os.path.lexists, os.path.isfile, os.path.isdir, os.path.islink]
    return [kind(path) for kind in kinds] + [os.access(path, os.R_OK)]


def scan(path: Any) -> Any:
    with os.scandir(path) as found:
        return sorted(
            [
                os.fsdecode(e.name),
                e.is_dir(),
                e.is_file(),
                e.is_symlink(),
                e.is_dir(follow_symlinks=False),
                isinstance(e, os.DirEntry),
            ]
            for e in found
        )


def walk(path: Any) -> Any:
    return sorted(
        [os.fsdecode(at), sorted(map(os.fsdecode, folders)), sorted(map(os.fsdecode, files))]
        for at, folders, files in os.walk(path)
    )


def globs(path: Any) -> Any:
    found = glob.glob(os.path.join(os.fsdecode(path), "**"), recursive=True)
    return sorted(found), sorted(str(each) for each in pathlib.Path(os.fsdecode(path)).rglob("*"))


def temporary(path: Any) -> Any:
    """Files and folders with names that nobody else has, in a folder: they are there, and then they are not."""
    with tempfile.NamedTemporaryFile("w", dir=path) as file, tempfile.TemporaryDirectory(dir=path) as folder:
        there = [os.path.exists(file.name), os.path.exists(folder)]
        pathlib.Path(os.fsdecode(folder), "x").write_text("x")
    return [*there, os.path.exists(file.name), os.path.exists(folder)]


def within(path: Any, name: str) -> Any:
    """Go into a folder, write and read there, and come back: one that another script removes is no place to stay."""
    os.chdir(path)
    try:
        return [os.getcwd(), os.fsdecode(os.getcwdb()), write(name, "a", "x"), read(name), sorted(os.listdir())]
    finally:
        os.chdir(ROOT)


def over(one: str, other: str, way: Any) -> Any:
    """Copy or move a tree, but not into itself: shutil comes to no end then."""
    if (os.path.realpath(other) + "/").startswith(os.path.realpath(one) + "/"):
        return "into itself"
    return way(one, other)


def everything() -> Any:
    """All that is seen below the root."""
    found = {}
    for at, folders, files in os.walk(ROOT):
        for name in (*folders, *files):
            path = os.path.join(at, name)
            plain = not os.path.islink(path) and os.path.isfile(path)
            found[path] = [state(path, False), read(path) if plain else os.readlink(path) if os.path.islink(path) else ""]
    return sorted(found.items())


def all_acts() -> dict[str, Any]:
    """By their names; asked for when the functions of os are what they are to be."""
    return {
        "write": write,
        "write_number": write_number,
        "read": read,
        "looks": looks,
        "state": state,
        "list": lambda path: sorted(map(os.fsdecode, os.listdir(path))),
        "scan": scan,
        "walk": walk,
        "globs": globs,
        "temporary": temporary,
        "mkdir": os.mkdir,
        "makedirs": lambda path, exist_ok: os.makedirs(path, exist_ok=exist_ok),
        "touch": lambda path: pathlib.Path(os.fsdecode(path)).touch(),
        "rmdir": os.rmdir,
        "remove": os.remove,
        "rmtree": lambda path: (
            None if os.path.islink(path) else shutil.rmtree(path)
        ),  # by links or paths: it fails in other words
        "rename": os.rename,
        "replace": os.replace,
        "link": os.link,
        "symlink": os.symlink,
        "readlink": lambda path: os.fsdecode(os.readlink(path)),
        "realpath": lambda path: os.fsdecode(os.path.realpath(path)),
        "same": os.path.samefile,
        "chmod": os.chmod,
        "old": lambda path: os.utime(path, (OLD, OLD)),
        "truncate": os.truncate,
        "copy": lambda one, other: os.fsdecode(shutil.copy2(one, other)),
        "copytree": lambda one, other: over(one, other, lambda here, there: shutil.copytree(here, there, symlinks=True)),
        "move": lambda one, other: over(one, other, shutil.move),
        "within": within,
        "everything": everything,
    }


def act(acts: dict[str, Any], name: str, *words: Any) -> Any:
    """What comes of it, or the kind and number of the error, and whether it tells the path that was given."""
    given = [spelled(*word) if isinstance(word, list) else word for word in words]
    try:
        return acts[name](*given)
    except shutil.Error as error:
        return ["shutil.Error", str(error)]
    except OSError as error:
        told = name in ("write", "write_number", "read") and error.filename != given[0]
        return [type(error).__name__, error.errno, *(["another path"] if told else [])]


def redirected(path: str, scratch: str) -> Any:
    """Lead writes aside."""
    spec = importlib.util.spec_from_file_location("redirect", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.install(scratch, [])


if __name__ == "__main__":
    ROOT = sys.argv[1]
    kept = redirected(*sys.argv[2:]).kept if len(sys.argv) > 2 else None
    acts = {**all_acts(), "kept": kept}
    for line in sys.stdin:
        words = json.loads(line)
        if words[0] == "root":
            ROOT = words[1]
            os.chdir(ROOT)
        print(json.dumps("" if words[0] == "root" else act(acts, *words)), flush=True)
