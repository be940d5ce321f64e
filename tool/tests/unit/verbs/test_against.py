"""What a comparison says: a finding for each figure, what changed, and the exit code."""

from __future__ import annotations

from torch_starter.core.history import Run
from torch_starter.core.report import Measurement, Report
from torch_starter.core.snapshot import Snapshot
from torch_starter.verbs._against import tell


def run(value: float, torch: str, machine: str = "one", threads: str = "2") -> Run:
    packages = {"torch": torch}
    return Run(
        at="2026-01-01T00:00:00Z",
        name="a",
        machine=machine,
        settings={"threads": threads},
        snapshot=Snapshot(passed_at="", machine={}, packages=packages, digests={}, variables={}),
        measurements=(
            Measurement(name="matmul", unit="GFLOP/s", samples=(value,) * 6, processes=(2, 2, 2), params={"threads": "2"}),
        ),
    )


def told(before: Run, after: Run) -> Report:
    report = Report(command="benchmark")
    tell(report, before, after)
    return report


def test_a_regression_names_what_changed_packages_first() -> None:
    report = told(run(100.0, "2.14.1"), run(80.0, "2.15.0", threads="1"))
    (finding,) = report.findings
    assert (report.exit_code, finding.id, finding.gain) == (1, "against.matmul,threads=2", 0.8)
    assert finding.remedy == "what changed between the two: torch 2.14.1 -> 2.15.0; in effect: threads 2 -> 1"
    assert [change.name for change in report.changes] == ["torch", "in effect: threads"]
    assert report.notes == [
        "Against a, of 2026-01-01T00:00:00Z: 1 worse.",
        "The worst: matmul threads=2, 0.80 times as good as before.",
    ]


def test_a_regression_of_which_nothing_is_known_says_so() -> None:
    (finding,) = told(run(100.0, "2"), run(80.0, "2")).findings
    assert "nothing that we know of has changed" in finding.remedy


def test_better_and_same_are_well() -> None:
    assert [told(run(100.0, "2"), run(value, "2")).exit_code for value in (100.0, 101.0, 150.0)] == [0, 0, 0]


def test_another_machine_is_not_compared_without_limits() -> None:
    report = told(run(100.0, "2"), run(10.0, "2", machine="other"))
    assert (report.exit_code, report.findings[0].verdict) == (0, "skip")
    assert "Two machines: compared by % of limit alone." in report.notes
