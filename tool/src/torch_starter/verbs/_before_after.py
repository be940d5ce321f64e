"""Whether a new environment is slower than the one before it: both are measured in turn, in the same minutes."""

from __future__ import annotations

from pathlib import Path

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Benchmark
from torch_starter.core.problems import Interrupted
from torch_starter.core.report import Report, Stop
from torch_starter.making.environments import Record
from torch_starter.verbs import _against, _measuring, _plan, _runs, _takes
from torch_starter.verbs._gather import Subject

NAMES = ("before-update", "after-update")


def measure(ask: Ask, report: Report) -> None:
    """Measure both, and tell; Ctrl-C ends the measuring alone, since the switch is done."""
    try:
        compare(ask, report)
    except KeyboardInterrupt:
        message = "stopped on request while speed was measured; the new environment is current already"
        report.stop = Stop(Interrupted().code, message, "./dev.sh rollback, if you want the one before")
        report.stop_exit_code = Interrupted.exit_code


def compare(ask: Ask, report: Report) -> None:
    """Measure the environment before and the current one by the quick suite; a regression makes the report's exit code 1.

    Raises KeyboardInterrupt where that came, with what was measured until then kept.
    """
    here = _plan.environments(ask)
    sides = [(path, record) for path in (here.previous(), here.current()) if path and (record := here.record(path))]
    if len(sides) < 2:
        report.notes.append("There was no environment before this one: nothing to compare its speed with.")
        return
    quick = [each for each in collect("benchmarks", Benchmark) if each.quick]
    prepared = [_measuring.prepare(ask, subject(*side), quick, _takes.QUICK) for side in sides]
    rounds = _takes.Rounds(ask, [each.side for each in prepared], budget=2 * _takes.QUICK.budget)
    rounds.run()
    runs = [each.run(ask, name, "quick") for each, name in zip(prepared, NAMES, strict=True)]
    for run in (each for each in runs if each.measurements):
        _runs.keep(ask, run)
    report.findings += prepared[-1].findings()
    report.measurements += runs[-1].measurements
    _against.tell(report, *runs)
    if report.exit_code == 1:
        report.notes.append("The environment before is kept: ./dev.sh rollback")
    if rounds.interrupted:
        raise KeyboardInterrupt


def subject(path: Path, record: Record) -> Subject:
    """One of our environments."""
    return Subject(path / "bin" / "python", record.accelerator, record.extras, path)
