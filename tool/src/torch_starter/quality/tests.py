"""pytest, with the share of the code that its tests run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from torch_starter.core.quality import Code, Quality
from torch_starter.core.report import Finding
from torch_starter.quality import _coverage, _pytest
from torch_starter.quality._pytest import PYTEST, Wish


def look(code: Code) -> Iterator[Finding]:
    """What failed, and how much of the code was run; coverage is left out where pytest-cov is not there."""
    with tempfile.TemporaryDirectory(prefix="torch-starter-") as name:
        folder = Path(name)
        measured = _coverage.wish(code, folder)
        run = _pytest.prepared(code, folder, tests_of(code), measured or Wish(("-q", "--no-header")))
        done = code.machine.processes.run(run.argv, env=run.variables, cwd=code.root, until=code.stopped)
        told = _pytest.read(code, run, done.code, done.out + done.err)
        yield from _pytest.findings(code, told)
        if measured and told.tests:
            yield from _coverage.findings(code, _coverage.read(code, folder))


def tests_of(code: Code) -> list[str]:
    """The paths that the user named; else pytest's own settings, or tests/, say where they are."""
    return list(code.paths) if code.asked else []


QUALITY = Quality(
    name="tests",
    title="every test passes",
    about="pytest, and the share of the code that its tests run.",
    look=look,
    mend="By hand; `./dev.sh test PATH` shows one at length.",
    source="The manuals of pytest and coverage.py; their settings are in pyproject.toml",
    tools=(PYTEST,),
    command="test",
)
