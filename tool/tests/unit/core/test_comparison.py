"""Which comparisons are made, by what, and which are not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from torch_starter.core.comparison import compare, regressions
from torch_starter.core.history import Run
from torch_starter.core.report import Limit, Measurement
from torch_starter.core.snapshot import Snapshot

SNAPSHOT = Snapshot(passed_at="", machine={}, packages={}, digests={}, variables={})


def measurement(centre: float, **more: Any) -> Measurement:
    """Three processes of two values, within half a percent."""
    samples = tuple(centre * factor for factor in (0.999, 1.001, 1.0, 1.002, 0.998, 1.0))
    return Measurement(name="matmul", unit="GFLOP/s", samples=samples, processes=(2, 2, 2), version=1, **more)


def run(*measurements: Measurement, machine: str = "one") -> Run:
    return Run(at="", machine=machine, snapshot=SNAPSHOT, measurements=measurements)


@pytest.mark.parametrize(("after", "verdict"), [(100.0, "same"), (98.5, "same"), (90.0, "worse"), (115.0, "better")])
def test_a_difference_is_told_where_it_is_beyond_noise(after: float, verdict: str) -> None:
    (found,) = compare(run(measurement(100.0)), run(measurement(after)))
    assert (found.verdict, found.by) == (verdict, "the clock")


def test_where_less_is_better_more_is_worse() -> None:
    (found,) = compare(run(measurement(1.0, better="lower")), run(measurement(1.2, better="lower")))
    assert found.verdict == "worse"
    assert found.ratio is not None
    assert found.ratio.value == pytest.approx(1 / 1.2)


def test_what_is_a_bound_is_not_compared() -> None:
    (found,) = compare(run(measurement(100.0)), run(measurement(50.0, bounded=True)))
    assert (found.verdict, found.ratio) == ("not made", None)
    assert "busy" in found.why


def test_with_one_thread_cpu_time_is_compared_instead() -> None:
    before = measurement(100.0, cpu=(99.0, 100.0, 101.0), cpu_processes=(1, 1, 1))
    after = measurement(30.0, bounded=True, cpu=(89.0, 90.0, 91.0), cpu_processes=(1, 1, 1))
    (found,) = compare(run(before), run(after))
    assert (found.verdict, found.by) == ("worse", "CPU time")


def test_two_machines_are_compared_by_the_share_of_their_limits_alone() -> None:
    before, after = measurement(100.0, limit=Limit(200.0, "measured")), measurement(1000.0, limit=Limit(2000.0, "measured"))
    (found,) = compare(run(before), run(after, machine="other"))
    assert (found.verdict, found.by) == ("same", "% of limit")
    (found,) = compare(run(measurement(100.0)), run(after, machine="other"))
    assert found.verdict == "not made"


def test_another_method_is_another_figure() -> None:
    (found,) = compare(run(measurement(100.0)), run(msgspec.structs.replace(measurement(50.0), version=2)))
    assert "method" in found.why


def test_what_is_not_above_zero_has_no_ratio() -> None:
    (found,) = compare(run(measurement(0.0)), run(measurement(1.0)))
    assert found.verdict == "not made"


def test_figures_that_only_one_run_has_are_left_out() -> None:
    assert compare(run(measurement(1.0, params={"threads": "1"})), run(measurement(1.0, params={"threads": "2"}))) == []


def test_the_worst_regression_comes_first() -> None:
    params = [{"threads": "1"}, {"threads": "2"}, {"threads": "3"}]
    before = run(*(measurement(100.0, params=each) for each in params))
    after = run(*(measurement(value, params=each) for value, each in zip((80.0, 100.0, 60.0), params, strict=True)))
    assert [each.measurement.params["threads"] for each in regressions(compare(before, after))] == ["3", "1"]
