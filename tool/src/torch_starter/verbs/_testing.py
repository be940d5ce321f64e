"""Running the tests of the project's own code: streamed to a terminal, or told as findings."""

from __future__ import annotations

import contextlib
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from torch_starter.core.ask import Ask
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.problems import CouldNotLook, WrongUsage
from torch_starter.core.progress import Stage
from torch_starter.core.quality import Code
from torch_starter.core.report import Finding, Measurement, Report
from torch_starter.quality import _changed, _coverage, _pytest
from torch_starter.quality._pytest import Told, Wish
from torch_starter.verbs import _quality

USAGE = 4
LINE_BY_LINE = ("-v", "-v")  # beside -q: how far it is stands behind each test
COLLECTED = re.compile(r"\bcollected (\d+) item")
ENDED = re.compile(r"\[ *\d+%\]$")
NO_TESTS = "put a file test_something.py into tests/"


def run(ask: Ask, paths: list[str], options: list[str]) -> Report:
    """The user's tests; those alone that a change reaches, with --changed."""
    for path in paths:
        if not (ask.project.root / path.split("::")[0]).exists():
            raise WrongUsage("test.missing", f"there is no {path} in the project", "give a file or a folder of tests")
    code = _quality.code(ask)
    if code.python is None:
        raise CouldNotLook("environment.missing", "there is no environment yet", "./dev.sh setup")
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="torch-starter-"))
        if ask.flag("changed"):  # what two of them know would be mixed
            stack.enter_context(ask.machine.files.lock(ask.project.state / "tests.lock", ask.progress.say))
        try:
            return answered(ask, code, Path(name), paths, options)
        except Absent as reason:
            raise WrongUsage("test.none", str(reason), NO_TESTS) from None
        except Unknown as reason:
            raise CouldNotLook("test.unknown", str(reason), reason.remedy or "see the message above") from None


def answered(ask: Ask, code: Code, folder: Path, paths: list[str], options: list[str]) -> Report:
    """What a run of pytest says, as it goes where a person looks, and as data."""
    changed = ask.flag("changed")
    choice = _changed.chosen(code) if changed else None
    wish = _changed.wish(code, choice, options) if choice else Wish(tuple(options))
    run = _pytest.prepared(code, folder, paths, wish)
    if ask.flag("json"):
        done = ask.machine.processes.run(run.argv, env=run.variables, cwd=code.root, on_line=ask.progress.say)
        status, said = done.code, done.err
    else:
        status, said = ask.machine.processes.pass_through(run.argv, env=run.variables, cwd=code.root), ""
    if status == USAGE:
        raise WrongUsage("test.usage", "pytest cannot do what is asked: it says why above", "./dev.sh run -- pytest --help")
    told = _pytest.read(code, run, status, said)
    if status == _pytest.NO_TESTS and told.collected and not changed:
        raise WrongUsage("test.none", f"none of {len(told.collected)} tests is chosen by {' '.join(options)}", "choose others")
    if status == _pytest.NO_TESTS and not told.collected and paths:
        raise WrongUsage("test.none", f"there is no test in {', '.join(paths)}", "give a file or a folder of tests")
    if choice is not None:
        _changed.remember(code, choice, told)
    report = Report(command="test", measurements=measured(told), notes=[choice.why] if choice is not None and choice.why else [])
    if ask.flag("json"):
        report.findings = list(_pytest.findings(code, told))
    else:  # pytest has shown what failed
        report.passed_through = int(told.failed)
        report.conclusion = _pytest.counted(told)
    return report


def measured(told: Told) -> list[Measurement]:
    """How many tests were run, how many were left out, and what they took."""
    return [
        Measurement(name="tests", unit="tests", samples=(len(told.tests),)),
        Measurement(name="left-out", unit="tests", samples=(told.left_out,)),
        Measurement(name="tests-took", unit="s", better="lower", samples=(sum(test.seconds for test in told.tests),)),
    ]


class Counter:
    """Tells how many tests have ended, by the lines that pytest prints."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._ended, self._total = 0, 0

    def __call__(self, line: str) -> None:
        if found := COLLECTED.search(line):
            self._total = int(found[1])
        self._ended += bool(ENDED.search(line))
        self._stage.to(self._ended, self._total or None)


def covered(ask: Ask, code: Code, folder: Path) -> tuple[list[Finding], _coverage.Covered | None]:
    """How the tests ended, and what they ran; raises Unknown."""
    if code.python is None:
        raise CouldNotLook("environment.missing", "there is no environment yet", "./dev.sh setup")
    wish = _coverage.wish(code, folder)
    if wish is None:
        raise Unknown("pytest-cov is not installed", "./dev.sh setup --extra dev")
    wish = replace(wish, options=(*wish.options, *LINE_BY_LINE))
    try:
        run = _pytest.prepared(code, folder, list(code.paths) if code.asked else [], wish)
    except Absent as reason:
        raise WrongUsage("test.none", str(reason), NO_TESTS) from None
    with ask.progress.stage("tests", None, "things") as stage:
        done = ask.machine.processes.run(run.argv, env=run.variables, cwd=code.root, on_line=Counter(stage))
    told = _pytest.read(code, run, done.code, done.out + done.err)
    found = list(_pytest.findings(code, told))
    if not told.tests and not told.errors:
        where = ", ".join(code.paths) if code.asked else "tests/"
        raise WrongUsage(
            "test.none", f"there is no test in {where}", "give tests, such as tests/test_text.py, or nothing for all"
        )
    if not told.tests:
        return found, None
    measured = _coverage.read(code, folder)
    return [*found, *_coverage.findings(code, measured)], measured
