"""What is kept from one `test --changed` to the next, beside testmon's database."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from urllib.parse import quote

import msgspec

from torch_starter.core.quality import Code


class Seen(msgspec.Struct, frozen=True):
    """What was known of one test when it last ran, all of it by digests: the files that it read, and the folders that it listed.

    `tree`: what all of the project was, where it may have run any of it. `shell`: what of the files that it imports is run by
    importing them; `whole`: all of these files. `hidden`: code in them was run where nobody saw it.
    """

    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    tree: str = ""
    shell: str = ""
    whole: str = ""
    hidden: bool = False


class Memory(msgspec.Struct, frozen=True):
    """What is known from earlier runs. `rest`: the files besides those of Python. `at_import`: file -> functions called then."""

    settings: str = ""
    rest: dict[str, str] = {}
    tests: dict[str, Seen] = {}
    at_import: dict[str, list[str]] = {}


def load(code: Code) -> Memory:
    """What earlier runs have kept; nothing where either of the two cannot be read: one is not to be trusted without the other."""
    text = code.machine.files.read(folder(code) / "seen.json")
    try:
        found = msgspec.json.decode(text or "{}", type=Memory)
    except msgspec.DecodeError:
        found = Memory()
    if found.tests and is_sound(database(code)):
        return found
    code.machine.files.make_folder(folder(code))
    for suffix in ("", "-wal", "-shm", "-journal"):
        code.machine.files.remove(folder(code) / f"{database(code).name}{suffix}")
    return Memory()


def save(code: Code, memory: Memory) -> None:
    """Keep it."""
    code.machine.files.write(folder(code) / "seen.json", msgspec.json.encode(memory))


def is_sound(path: Path) -> bool:
    """Whether testmon's database is there and whole."""
    if not path.is_file():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as opened:
            return bool(opened.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def database(code: Code) -> Path:
    """What testmon keeps."""
    return folder(code) / "testmon.db"


def folder(code: Code) -> Path:
    """Where it is: for each platform, since other code runs on another."""
    return code.project.state / "tests"
