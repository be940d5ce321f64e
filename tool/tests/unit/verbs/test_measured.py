"""From what processes answered to figures: which values count, what is a bound, what failed."""

from __future__ import annotations

from typing import Any

import pytest

from torch_starter.core.kinds import Benchmark, Figure, Medians
from torch_starter.core.probing import Answer
from torch_starter.core.report import Limit, Measurement
from torch_starter.verbs._measured import failures, measurements
from torch_starter.verbs._takes import QUICK, Take, plan, probe_of
from unit.benchmarks.beds import bed


def value(wall: float, busy: bool = False, cpu: float = 0.5, **more: float) -> dict[str, Any]:
    return {"wall": wall, "cpu": cpu, "others": 0.5 * busy, "waited": 0.0, "steal": 0.0, "throttled": 0, "busy": busy, **more}


def answer(*values: dict[str, Any], amount: float = 10.0) -> Answer:
    return Answer("x", "ok", value={"work": {"amount": amount, "loops": 1, "warm": [1.0], "values": list(values)}})


def half(medians: Medians) -> Limit | None:
    return Limit(medians["peak"], "measured") if "peak" in medians else None


def benchmark(name: str, figure: Figure) -> Benchmark:
    return Benchmark(name=name, title=name, about="It is.", version=3, figures=lambda bed: [figure], package="")


def take(*answers: Answer, name: str = "one", **more: Any) -> Take:
    figure = Figure("one.work", "work", "things/s", **more)
    return Take("x", [(benchmark(name, figure), figure)], list(answers))


def of(*takes: Take) -> list[Measurement]:
    return measurements(takes)


def test_a_value_is_amount_by_time_and_where_less_is_better_time_by_amount() -> None:
    (more,) = of(take(answer(value(2.0)), answer(value(4.0))))
    (less,) = of(take(answer(value(2.0)), better="lower", scale=1e3))
    assert (more.samples, more.processes, more.version, more.warm) == ((5.0, 2.5), (1, 1), 3, (1.0, 1.0))
    assert less.samples == (200.0,)
    (loss,) = of(take(answer(value(2.0, value=0.7))))
    assert loss.samples == (0.7,)


def test_values_in_which_others_had_a_part_do_not_count_where_enough_are_left() -> None:
    quiet, disturbed = answer(value(1.0)), answer(value(1.0), value(9.0, busy=True))
    (found,) = of(take(quiet, disturbed, disturbed, answer(value(9.0, busy=True)), rounds=3))
    assert (found.samples, found.bounded) == ((10.0, 10.0, 10.0), False)


def test_few_quiet_values_are_no_fair_choice() -> None:
    lucky = answer(value(1.0), value(2.0, busy=True), value(2.0, busy=True))
    assert of(take(lucky, lucky, lucky, rounds=3))[0].bounded
    assert of(take(answer(value(1.0)), answer(value(1.0)), answer(value(1.0, busy=True)), rounds=3))[0].bounded, "two processes"


def test_a_machine_that_stays_busy_gives_a_bound() -> None:
    (found,) = of(take(*(answer(value(2.0, busy=True)) for _ in range(4)), answer(value(1.0)), rounds=5))
    assert (len(found.samples), found.bounded, found.busy) == (5, True, 0.5)


def test_with_one_thread_cpu_time_is_told_of_all_values() -> None:
    (found,) = of(take(answer(value(1.0), value(9.0, busy=True, cpu=1.0)), one_thread=True, rounds=1))
    assert (found.cpu, found.cpu_processes) == ((20.0, 10.0), (2,))


def test_a_limit_is_the_best_of_a_peak_whoever_was_busy() -> None:
    peak = take(answer(value(1.0, busy=True), value(2.0)), name="peak", peak=True)
    found, one = of(peak, take(answer(value(1.25)), limit=half))
    assert found.samples == (10.0, 5.0)
    assert one.limit == Limit(10.0, "measured")
    assert one.share == pytest.approx(0.8)


def test_a_limit_that_was_passed_is_none() -> None:
    peak = take(answer(value(2.0)), name="peak", peak=True)
    assert of(peak, take(answer(value(1.0)), limit=half))[1].limit is None


def test_what_failed_or_does_not_apply_is_said_once() -> None:
    lost = Answer("x", "raised", error_type="RuntimeError", error="no", err="")
    found = failures(
        [take(lost, lost), take(Answer("x", "crashed", signal=11)), take(Answer("x", "ok", value={"skip": "no room"}))]
    )
    assert [(each.verdict, each.seen) for each in found] == [
        ("fail", "RuntimeError: no"),
        ("crash", "it ended by signal 11 "),
        ("skip", "no room"),
    ]
    assert of(take(lost)) == []


def test_figures_of_one_call_share_its_process() -> None:
    same = [Figure("one.work", series, "s", {"what": series}) for series in ("a", "b")]
    both = Benchmark(name="one", title="", about="", version=1, figures=lambda bed: same, package="")
    takes, skipped = plan([both], bed(), QUICK)
    assert (len(takes), len(takes[0].figures), skipped) == (1, 2, [])
    assert takes[0].probe == probe_of(same[0], QUICK)


def test_what_needs_a_package_that_is_not_there_is_skipped() -> None:
    needy = Benchmark(name="one", title="", about="", version=1, figures=lambda bed: [], package="no-such-package")
    _, (skipped,) = plan([needy], bed(), QUICK)
    assert (skipped.verdict, skipped.seen) == ("skip", "no-such-package is not installed")


def test_what_is_quiet_or_failed_is_not_taken_again() -> None:
    busy, quiet = answer(value(1.0, busy=True)), answer(value(1.0))
    assert take(busy, quiet, rounds=2).wants_more
    assert not take(quiet, quiet, rounds=2).wants_more
    assert not take(busy, busy, busy, busy, rounds=2).wants_more, "not for ever"
    assert not take(busy, rounds=2, peak=True).wants_more
    assert not take(Answer("x", "raised"), rounds=2).wants_more
