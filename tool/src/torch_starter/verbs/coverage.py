"""`coverage`: how much of your code its tests run, file by file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Verb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Measurement, Report
    from torch_starter.quality._coverage import Covered

WIDTH = 78  # columns of the table


def run(ask: Ask) -> Report:
    import tempfile
    from pathlib import Path

    from torch_starter.core.facts import Unknown
    from torch_starter.core.problems import CouldNotLook
    from torch_starter.core.report import Report
    from torch_starter.verbs import _quality, _testing

    code = _quality.code(ask, ask.rest)
    with tempfile.TemporaryDirectory(prefix="torch-starter-") as name:
        try:
            findings, covered = _testing.covered(ask, code, Path(name))
        except Unknown as reason:
            raise CouldNotLook("coverage.unknown", str(reason), reason.remedy or "./dev.sh test tests says more") from None
    report = Report(command="coverage", findings=findings)
    if covered is not None:
        report.measurements = [*measurements(covered)]
        report.notes = ["\n".join(lines(covered))]
    return report


def lines(covered: Covered) -> Iterator[str]:
    """A table in 80 columns: file, share, and the lines that no test runs."""
    from torch_starter.quality._coverage import table

    rows = list(table(covered))
    names = max((len(name) for name, *_ in rows), default=0)
    yield f"{'file':{names}}  lines  run    not run"
    for name, count, share, missing in rows:
        line = f"{name:{names}}  {count:5}  {share:3.0f} %  {missing}"
        yield line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def measurements(covered: Covered) -> Iterator[Measurement]:
    """The share of each file, and of all."""
    from torch_starter.core.report import Measurement

    yield Measurement(name="coverage", unit="%", samples=(covered.totals.percent_covered,))
    for name, file in covered.files.items():
        yield Measurement(name="coverage", unit="%", samples=(file.summary.percent_covered,), params={"file": name})


VERB = Verb(
    name="coverage",
    summary="Run your tests and say how much of your code they run: pytest with coverage, file by file.",
    example="./dev.sh coverage",
    run=run,
    rest="[PATHS]...",
)
