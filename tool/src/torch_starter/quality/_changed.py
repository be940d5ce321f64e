"""Which tests a change reaches: what testmon's coverage knows, and what coverage cannot see.

testmon keeps for each test the blocks of code that it ran. Beside that we keep the files and folders that it read, and whether it
ran code that nobody could see: in other processes, or compiled by torch. Such a test is run after any change of the project. A
change that nobody can judge (settings, a file that no test was seen to read) runs them all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import msgspec

from torch_starter.core.quality import Code, Tool
from torch_starter.quality._places import files
from torch_starter.quality._pytest import Told, Wish

TESTMON = Tool(
    "pytest-testmon",
    "pytest-testmon>=2.2,<3",
    module="testmon",
    about="knows which code each test ran",
    source="The manual of pytest-testmon",
    without="which tests a change reaches cannot be known",
)
SETTINGS = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", "conftest.py", "torch-starter.toml")
WORDS = (".md", ".rst", ".ipynb")  # which no test reads but by opening it, which is seen
MISSING = "-"


class Seen(msgspec.Struct, frozen=True):
    """What one test read when it last ran, by digests; `tree`: what all of the project was, where it is opaque."""

    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    tree: str = ""


class Memory(msgspec.Struct, frozen=True):
    """What is known from earlier runs: `rest` are the files of which no test was seen to read."""

    settings: str = ""
    rest: dict[str, str] = {}
    tests: dict[str, Seen] = {}


@dataclass(frozen=True)
class Choice:
    """Which tests may be left out, by their ids, where testmon says so, too; or that all are run, and why, in a sentence."""

    before: Memory
    settings: str
    tree: str
    rest: Mapping[str, str]
    may_skip: tuple[str, ...] = ()
    all: bool = False
    why: str = ""


def chosen(code: Code) -> Choice:
    """What a change since the last run reaches, as far as coverage does not see it."""
    before, digests = memory(code), digests_of(code)
    settings = joined({name: digest(code.root / name) for name in SETTINGS})
    rest = {name: found for name, found in digests.items() if not name.endswith((".py", *WORDS))}
    choice = Choice(before, settings, joined(digests), rest)
    if not before.tests or not is_sound(database(code)):
        forget(code)
        return replace(choice, all=True, why="All tests were run: nothing is known from a run before.")
    if before.settings != settings:
        return replace(choice, all=True, why="All tests were run: settings have changed.")
    if unread := unread_changes(before, rest):
        return replace(choice, all=True, why=f"All tests were run: no test was seen to read {unread}, which has changed.")
    return replace(
        choice, may_skip=tuple(name for name, seen in before.tests.items() if not reached(code.root, seen, choice.tree))
    )


def unread_changes(before: Memory, rest: Mapping[str, str]) -> str:
    """A file that has changed, and of which it is not known who reads it; empty where there is none."""
    read = {name for seen in before.tests.values() for name in seen.files}
    names = sorted({*before.rest, *rest} - read)
    return next((name for name in names if before.rest.get(name) != rest.get(name)), "")


def reached(root: Path, seen: Seen, tree: str) -> bool:
    """Whether what a test read has changed."""
    if seen.tree and seen.tree != tree:
        return True
    if any(digest(root / name) != was for name, was in seen.files.items()):
        return True
    return any(listing(root / name) != was for name, was in seen.folders.items())


def wish(code: Code, choice: Choice, options: list[str]) -> Wish:
    """How pytest is told."""
    beside = code.beside(TESTMON)
    select = "--testmon-noselect" if choice.all else "--testmon-forceselect"
    return Wish(
        options=("--testmon", select, "--no-header", *options),
        beside=str(beside),
        may_skip=choice.may_skip,
        watched=str(code.root),
        variables={"TESTMON_DATAFILE": str(database(code))},
    )


def remember(code: Code, choice: Choice, told: Told) -> None:
    """Keep what the tests that were run have read; what is no longer there is forgotten."""
    kept = {name: seen for name, seen in choice.before.tests.items() if (code.root / name.split("::")[0]).is_file()}
    for test in told.tests:
        kept[test.id] = Seen(
            {name: digest(code.root / name) for name in test.files},
            {name: listing(code.root / name) for name in test.folders},
            choice.tree if test.opaque else "",
        )
    now = Memory(choice.settings, dict(choice.rest), kept)
    code.machine.files.write(state(code) / "seen.json", msgspec.json.encode(now))


def memory(code: Code) -> Memory:
    """What earlier runs have kept; nothing where that cannot be read, and then testmon's is not trusted either."""
    text = code.machine.files.read(state(code) / "seen.json")
    try:
        return msgspec.json.decode(text or "{}", type=Memory)
    except msgspec.DecodeError:
        return Memory()


def is_sound(path: Path) -> bool:
    """Whether testmon's database is there and whole."""
    if not path.is_file():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as opened:
            return bool(opened.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def forget(code: Code) -> None:
    """Begin anew: what one of the two keeps without the other is not to be trusted."""
    code.machine.files.make_folder(state(code))
    for suffix in ("", "-wal", "-shm", "-journal"):
        code.machine.files.remove(state(code) / f"testmon.db{suffix}")


def database(code: Code) -> Path:
    """What testmon keeps."""
    return state(code) / "testmon.db"


def state(code: Code) -> Path:
    """Where it is kept: for each platform, since other code runs on another."""
    return code.project.state / "tests"


def digests_of(code: Code) -> dict[str, str]:
    """Each file of the project's code, relative to its root."""
    found = [path for name in code.spec.checks.paths for path in files(code.root / name, ("",))]
    found += code.root.glob("*.py")
    return {os.path.relpath(path, code.root): digest(path) for path in found}


def digest(path: Path) -> str:
    """Of the contents of a file; of one that is not there a sign."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return MISSING


def listing(path: Path) -> str:
    """Of the names in a folder."""
    try:
        return joined({name: "" for name in os.listdir(path) if not name.startswith(".") and name != "__pycache__"})
    except OSError:
        return MISSING


def joined(digests: Mapping[str, str]) -> str:
    """One digest of several."""
    return hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()[:16]
