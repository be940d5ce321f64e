"""An answer of all-checks with everything that it can say."""

from __future__ import annotations

from torch_starter.core.report import Finding, Place, Report

LINT = Finding(
    id="lint.rules",
    verdict="fail",
    title="ruff's rules",
    seen="F401 `os` imported but unused",
    remedy="./dev.sh lint --fix",
    place=Place("src/a.py", 1),
    fixable=True,
    seconds=0.2,
)
TESTS = Finding(
    id="tests.pytest",
    verdict="fail",
    title="every test passes",
    seen="tests/test_a.py::test_sum: assert 3 == 4",
    place=Place("tests/test_a.py", 7),
    seconds=9.7,
)
AUDIT = Finding(
    id="audit.vulnerabilities",
    verdict="unknown",
    title="no known vulnerability",
    seen="the service could not be reached",
    remedy="./dev.sh audit --advisory-db FILE",
    seconds=3.1,
)
WELL = (
    Finding(id="lint.format", verdict="ok", title="one form for all files", seen="all formatted"),
    Finding(id="types.mypy", verdict="ok", title="types fit together", seen="no error in src, tests", seconds=1.94),
    Finding(id="coverage.lines", verdict="ok", title="what the tests run", seen="68 % of 174 lines in 2 files"),
    Finding(id="dockerfile", verdict="skip", title="what goes wrong in Dockerfiles", seen="there is no Dockerfile"),
)


def checked() -> Report:
    return Report(
        command="all-checks",
        started_at="2026-11-26T09:00:00Z",
        seconds=9.8,
        lenient=True,
        spoken=True,
        findings=[LINT, *WELL[:2], TESTS, *WELL[2:], AUDIT],
        notes=["--fix mends what can be mended by a program."],
    )
