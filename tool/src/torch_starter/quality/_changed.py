"""Which tests a change reaches: what testmon's coverage knows, and what coverage cannot see.

testmon keeps for each test the blocks of code that it ran. Beside that we keep what it read, what its file imports, and whether
code was run for it where nobody saw it; a change there is a reason to run it, too. A change that nobody can judge (settings, a
file that no test was seen to read) runs them all.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from torch_starter.core.quality import Code, Tool
from torch_starter.quality import _imports, _memory
from torch_starter.quality._imports import Source
from torch_starter.quality._memory import Memory, Seen
from torch_starter.quality._pytest import Told, Wish
from torch_starter.quality._tracked import tracked

TESTMON = Tool(
    "pytest-testmon",
    "pytest-testmon>=2.2,<3",
    module="testmon",
    about="knows which code each test ran",
    source="The manual of pytest-testmon",
    without="which tests a change reaches cannot be known",
)
SETTINGS = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", "torch-starter.toml")
WORDS = (".md", ".rst", ".ipynb")  # which no test reads but by opening it, which is seen
APART = ("docs/", "locks/")  # and what lies in no folder
LARGE = 4 << 20  # bytes from which on a file is known by its size and time
MISSING = "-"


@dataclass(frozen=True)
class Now:
    """The project as it is: digests of settings, of all of it, and of what is no Python; its sources by their names."""

    settings: str
    tree: str
    rest: Mapping[str, str]
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class Imported:
    """What a file of tests imports, by itself or by others: digests of all of it, and of what of it is run by importing it.

    `keeps`: something in it is computed once for several tests.
    """

    whole: str = ""
    shell: str = ""
    keeps: bool = False


@dataclass(frozen=True)
class Choice:
    """Which tests may be left out, by their ids, where testmon says so, too; or that all are run, and why, in a sentence."""

    before: Memory
    now: Now
    may_skip: tuple[str, ...] = ()
    all: bool = False
    why: str = ""


def chosen(code: Code) -> Choice:
    """What a change since the last run reaches, as far as coverage does not see it."""
    before, now = _memory.load(code), looked(code)
    choice = Choice(before, now)
    if not before.tests:
        return replace(choice, all=True, why="All tests were run: nothing is known from a run before.")
    if before.settings != now.settings:
        return replace(choice, all=True, why="All tests were run: settings have changed.")
    if unread := unread_change(before, now.rest):
        return replace(choice, all=True, why=f"All tests were run: no test was seen to read {unread}, which has changed.")
    imports = imports_of(now.sources, before.at_import, {name.split("::")[0] for name in before.tests})
    unreached = (name for name, seen in before.tests.items() if not reached(code.root, name, seen, choice, imports))
    return replace(choice, may_skip=tuple(unreached))


def looked(code: Code) -> Now:
    """The project as it is now."""
    names = tracked(code)
    sources = {name: _imports.read(code.root / name, name) for name in names if name.endswith(".py")}
    others = {name: digest(code.root / name) for name in names if name not in sources}
    rest = {name: found for name, found in others.items() if may_be_read(name)}
    tree = joined({**others, **{name: source.digest for name, source in sources.items()}})
    return Now(joined({name: digest(code.root / name) for name in SETTINGS}), tree, rest, sources)


def may_be_read(name: str) -> bool:
    """Whether a test may read a file in ways that are not seen, as libraries in C do."""
    return "/" in name and not name.startswith((".", *APART)) and not name.endswith(WORDS)


def unread_change(before: Memory, rest: Mapping[str, str]) -> str:
    """A file that has changed, and of which it is not known who reads it; empty where there is none."""
    read = {name for seen in before.tests.values() for name in seen.files}
    names = sorted({*before.rest, *rest} - read)
    return next((name for name in names if before.rest.get(name) != rest.get(name)), "")


def imports_of(sources: Mapping[str, Source], at_import: Mapping[str, list[str]], tests: set[str]) -> dict[str, Imported]:
    """What each file of tests imports, with the conftest.py beside and above it."""
    closures = _imports.closures(sources)
    shells = {name: _imports.shell(source, at_import.get(name, ())) for name, source in sources.items()}
    found = {}
    for test in tests & sources.keys():
        names = set().union(*(closures[name] for name in (test, *conftests(test)) if name in closures))
        found[test] = Imported(
            joined({name: sources[name].digest for name in names}),
            joined({name: shells[name] for name in names}),
            any(sources[name].keeps for name in names),
        )
    return found


def conftests(test: str) -> Iterator[str]:
    """The files that pytest reads for those of tests below them."""
    yield from (str(folder / "conftest.py") for folder in PurePosixPath(test).parents)


def reached(root: Path, name: str, seen: Seen, choice: Choice, imports: Mapping[str, Imported]) -> bool:
    """Whether something has changed that a test read, or that was run for it where coverage does not see it."""
    if seen.tree and seen.tree != choice.now.tree:
        return True
    now = imports.get(name.split("::")[0], Imported())
    if seen.shell != now.shell or ((seen.hidden or now.keeps) and seen.whole != now.whole):
        return True
    if any(digest(root / path) != was for path, was in seen.files.items()):
        return True
    return any(listing(root / path) != was for path, was in seen.folders.items())


def wish(code: Code, choice: Choice, options: list[str]) -> Wish:
    """How pytest is told."""
    select = "--testmon-noselect" if choice.all else "--testmon-forceselect"
    return Wish(
        options=("--testmon", select, "--no-header", *options),
        beside=str(code.beside(TESTMON)),
        may_skip=choice.may_skip,
        watched=os.path.realpath(code.root),
        # Other ways of coverage.py tell a line once, not once for each test.
        variables={"TESTMON_DATAFILE": str(_memory.database(code)), "COVERAGE_CORE": "ctrace"},
    )


def remember(code: Code, choice: Choice, told: Told) -> None:
    """Keep what is known of the tests that were run; those that are gone are forgotten.

    The project is kept as it was before they ran: a file that was edited meanwhile has changed for the next time. What concerns
    all tests is only kept where all that had to be run were: options of pytest may have left some out.
    """
    before, now = choice.before, choice.now
    at_import = called_at_import(before.at_import, told, now.sources)
    imports = imports_of(now.sources, at_import, {test.id.split("::")[0] for test in told.tests})
    looked_into = {name.split("::")[0] for name in told.collected}
    gone = {name for name in before.tests if name.split("::")[0] in looked_into} - set(told.collected)
    tests = {name: seen for name, seen in before.tests.items() if name.split("::")[0] in now.sources and name not in gone}
    for test in told.tests:
        files = {name: now.sources[name].digest if name in now.sources else digest(code.root / name) for name in test.files}
        folders = {name: listing(code.root / name) for name in test.folders}
        found = imports.get(test.id.split("::")[0], Imported())
        hidden = test.hidden or found.keeps
        tests[test.id] = Seen(files, folders, now.tree if test.opaque else "", found.shell, found.whole, hidden)
    whole = tests.keys() <= {test.id for test in told.tests} | set(choice.may_skip)
    settings, rest = (now.settings, dict(now.rest)) if whole else (before.settings, before.rest)
    _memory.save(code, Memory(settings, rest, tests, at_import))


def called_at_import(before: Mapping[str, list[str]], told: Told, there: Mapping[str, Source]) -> dict[str, list[str]]:
    """File -> the functions of it that were called while tests were collected, now or earlier: not all files are collected."""
    found = {name: set(functions) for name, functions in before.items() if name in there}
    for file, function in told.at_import:
        found.setdefault(file, set()).add(function)
    return {name: sorted(functions) for name, functions in found.items()}


def digest(path: Path) -> str:
    """Of the contents of a file; of one that is not there a sign."""
    try:
        found = path.stat()
        if found.st_size > LARGE:
            return f"{found.st_size} {found.st_mtime_ns}"
        return _imports.digest_of(path.read_bytes())
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
