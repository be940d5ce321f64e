"""Starting pytest so that it tells how each test ended, and reading that."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.problems import Interrupted
from torch_starter.core.quality import Code, Tool
from torch_starter.core.report import Finding
from torch_starter.quality._places import place

PYTEST = Tool("pytest", extra="dev", about="runs tests", source="The manual of pytest")
PLUGINS = Path(__file__).parents[1] / "harness" / "beside_pytest"
ID, TITLE = "tests.pytest", "every test passes"
INTERRUPTED = "Ctrl-C"
NO_TESTS = 5
ENDED = (0, NO_TESTS)  # with which pytest ends where nothing failed
MEANINGS = {3: "pytest had an internal error", 4: "pytest was called in a wrong way"}


class Ended(msgspec.Struct, frozen=True):
    """How one test ended; with a watch also what it read, and whether code was run for it that nobody could see.

    `hidden`: code of the modules that it imports; `opaque`: of any.
    """

    id: str
    outcome: str
    seconds: float
    place: tuple[str, int | None]
    said: str = ""
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    hidden: bool = False
    opaque: bool = False


class Stuck(msgspec.Struct, frozen=True):
    """A file of tests that could not be read."""

    id: str
    place: tuple[str, int | None]
    said: str = ""


class Told(msgspec.Struct, frozen=True):
    """How a run of pytest went. `left_out`: how many tests were not run, because nothing that they run has changed.

    `stopped`: why it ended before all were run, "Ctrl-C" among that. `at_import`: functions of the project that were called while
    tests were collected: their file and qualified name. `collected`: the ids of all tests that were found in the files that were
    looked into, whether they were run or not.
    """

    tests: tuple[Ended, ...] = ()
    errors: tuple[Stuck, ...] = ()
    left_out: int = 0
    at_import: tuple[tuple[str, str], ...] = ()
    collected: tuple[str, ...] = ()
    stopped: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.errors) or any(test.outcome == "failed" for test in self.tests)


@dataclass(frozen=True)
class Run:
    """pytest as it is started: what it is given in a folder of its own."""

    argv: tuple[str, ...]
    variables: Mapping[str, str]
    told: Path


@dataclass(frozen=True)
class Wish:
    """What a run is to do besides running tests. `beside`, `may_skip`, `watched`: see the plugin."""

    options: tuple[str, ...] = ()
    beside: str = ""
    may_skip: tuple[str, ...] = ()
    watched: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


def prepared(code: Code, folder: Path, paths: Sequence[str], wish: Wish) -> Run:
    """How pytest is started; `folder` is for what it is told and tells. Raises Absent without tests, Unknown without pytest."""
    if not paths and not (code.root / "tests").is_dir():
        raise Absent("there is no tests/ yet")
    code.find(PYTEST)
    told = folder / "told.json"
    wanted = {"told": str(told), "beside": wish.beside, "may_skip": wish.may_skip, "watched": wish.watched}
    code.machine.files.write(folder / "wanted.json", json.dumps(wanted))
    path = [str(PLUGINS), *filter(None, [code.variables.get("PYTHONPATH", "")])]
    variables = {**code.variables, **wish.variables, "PYTHONPATH": ":".join(path)}
    variables["TORCH_STARTER_TESTS"] = str(folder / "wanted.json")
    argv = (str(code.python), "-m", "pytest", "-p", "torch_starter_tests", *wish.options, *(paths or ["tests"]))
    return Run(argv, variables, told)


def read(code: Code, run: Run, status: int | None, said: str) -> Told:
    """What a run told; raises Interrupted, and Unknown where it came to no end of its own, or did not fail by a test."""
    text = code.machine.files.read(run.told)
    if text is None or status is None or status in MEANINGS:
        why = MEANINGS.get(status or 0, f"it ended with {status}")
        raise Unknown(f"pytest told nothing: {why}: {said.strip()[-400:]}")
    told = msgspec.json.decode(text, type=Told)
    if told.stopped == INTERRUPTED and not told.failed:
        raise Interrupted()
    if not told.failed and (told.stopped or status not in ENDED):
        raise Unknown(f"pytest stopped: {told.stopped}" if told.stopped else f"no test failed, and pytest ended with {status}")
    return told


def findings(code: Code, told: Told) -> Iterator[Finding]:
    """A finding for each test that failed, or one that says how many passed."""
    for each in told.errors:
        where = place(code.root, *each.place)
        yield Finding(id=ID, verdict="fail", title=TITLE, seen=f"{each.id} cannot be read: {each.said}", place=where)
    failed = [test for test in told.tests if test.outcome == "failed"]
    for test in failed:
        where = place(code.root, *test.place)
        yield Finding(id=ID, verdict="fail", title=TITLE, seen=f"{test.id}: {test.said}", place=where, seconds=test.seconds)
    if not failed and not told.errors:
        yield Finding(id=ID, verdict="ok" if told.tests or told.left_out else "warn", title=TITLE, seen=counted(told))


def counted(told: Told) -> str:
    """How many of what, in words."""
    outcomes = [test.outcome for test in told.tests]
    parts = [f"{outcomes.count(name)} {name}" for name in ("failed", "passed", "skipped") if name in outcomes]
    parts += [f"{len(told.errors)} cannot be read"] if told.errors else []
    parts += [f"{told.left_out} left out: nothing that they run has changed"] if told.left_out else []
    return ", ".join(parts) or (f"{len(told.collected)} found, none run" if told.collected else "there is no test in tests/")
