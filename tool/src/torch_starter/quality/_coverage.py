"""How much of the code its tests run, line by line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from torch_starter.core.facts import Unknown
from torch_starter.core.problems import WrongSpec
from torch_starter.core.quality import Code
from torch_starter.core.report import Finding
from torch_starter.quality._pytest import Wish

ID, TITLE = "coverage.lines", "how much of the code the tests run"
SHOWN = 6  # stretches of lines that are named of one file


class Summary(msgspec.Struct, frozen=True):
    """Of a file, or of all: lines that can be run, those that were, and their share in percent."""

    num_statements: int
    covered_lines: int
    percent_covered: float


class File(msgspec.Struct, frozen=True):
    """One file, with the lines that no test ran."""

    summary: Summary
    missing_lines: tuple[int, ...] = ()


class Covered(msgspec.Struct, frozen=True):
    """What coverage.py writes as JSON."""

    files: dict[str, File]
    totals: Summary


@dataclass(frozen=True)
class Settings:
    """What pyproject.toml says of coverage: whether it names what is looked at, the least share in percent, and its digits.

    `plain`: lines alone are wanted, once for all tests, which Python itself can tell at almost no cost.
    """

    named: bool
    least: float
    plain: bool
    digits: int = 0


def settings(code: Code) -> Settings:
    """The project's own; they are empty where it has none. Raises WrongSpec."""
    try:
        tool: dict[str, Any] = tomllib.loads(code.machine.files.read(code.root / "pyproject.toml") or "").get("tool", {})
    except ValueError:
        tool = {}
    coverage = tool.get("coverage", {})
    run = coverage.get("run", {})
    plain = not {"branch", "core", "dynamic_context", "plugins"} & run.keys()
    report = coverage.get("report", {})
    try:
        return Settings("source" in run, float(report.get("fail_under", 0)), plain, int(report.get("precision", 0)))
    except (TypeError, ValueError) as error:
        why = f"[tool.coverage.report] has fail_under or precision that is no number: {error}"
        raise WrongSpec("coverage.settings", why, "mend pyproject.toml") from None


def wish(code: Code, folder: Path) -> Wish | None:
    """What makes pytest measure; None where pytest-cov is not in the environment."""
    if code.python is None or not list(code.python.parent.parent.glob("lib/python*/site-packages/pytest_cov")):
        return None
    code_paths = [path for path in code.spec.checks.paths if (code.root / path).is_dir() and path not in ("tests", "notebooks")]
    what = ["--cov"] if settings(code).named else [f"--cov={path}" for path in code_paths]
    options = ("-q", "--no-header", *what, f"--cov-report=json:{folder / 'coverage.json'}", "--cov-fail-under=0")
    core = {"COVERAGE_CORE": "sysmon"} if settings(code).plain and "COVERAGE_CORE" not in code.variables else {}
    return Wish(options, variables={"COVERAGE_FILE": str(folder / "coverage"), **core})


def read(code: Code, folder: Path) -> Covered:
    """What was measured; raises Unknown where nothing was."""
    try:
        return msgspec.json.decode(code.machine.files.read(folder / "coverage.json") or "", type=Covered)
    except msgspec.DecodeError:
        raise Unknown(
            "coverage.py measured nothing: no code was imported, or [tool.coverage] names nothing that is there"
        ) from None


def findings(code: Code, covered: Covered) -> Iterator[Finding]:
    """The share of all, held against what pyproject.toml asks for as coverage.py does: rounded, but all is no less than all."""
    asked, share = settings(code), covered.totals.percent_covered
    least = asked.least
    enough = round(share, asked.digits) >= least and (least < 100 or share == 100)
    yield Finding(
        id=ID,
        verdict="ok" if enough else "fail",
        title=TITLE,
        seen=f"{told(share, asked.digits)} % of {covered.totals.num_statements} lines in {len(covered.files)} files",
        wanted="" if enough else f"{least:g} %, by [tool.coverage.report] fail_under",
        remedy="" if enough else "./dev.sh coverage",
    )


def table(covered: Covered) -> Iterator[tuple[str, int, float, str]]:
    """File, lines, percent, and the lines that no test ran, the least covered first."""
    for name, file in sorted(covered.files.items(), key=lambda pair: (pair[1].summary.percent_covered, pair[0])):
        yield name, file.summary.num_statements, file.summary.percent_covered, stretches(file.missing_lines)


def stretches(lines: tuple[int, ...]) -> str:
    """Such as 3-5, 9."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    words = [str(first) if first == last else f"{first}-{last}" for first, last in found]
    return ", ".join([*words[:SHOWN], *([f"{len(words) - SHOWN} more"] if len(words) > SHOWN else [])])


def told(share: float, digits: int) -> str:
    """A share in percent; never 0 or 100 where it is not."""
    step = 10.0**-digits
    near = min(max(share, step), 100 - step) if 0 < share < 100 else share
    return f"{near:.{digits}f}"
