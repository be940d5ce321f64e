"""How values are taken: as long as was asked for, steady, quiet, and not for ever."""

from __future__ import annotations

from typing import Any

import pytest

from torch_starter.samples._measure import AGAIN, BUSY, Measure, Meter, is_busy

QUIET = {"others": 0.0, "waited": 0.0, "steal": 0.0, "throttled": 0}


class Course:
    """Values one after the other, as a machine would give them."""

    def __init__(self, *busy: bool) -> None:
        self.left = list(busy)

    def __call__(self) -> dict[str, Any]:
        return {**QUIET, "wall": 1.0, "others": 1.0 if self.left.pop(0) else 0.0}


def test_a_value_lasts_as_long_as_was_asked_for() -> None:
    series = Measure(seconds=0.01, values=2, warm=0.0).in_loops(lambda: sum(range(100)), 100.0)
    assert series["amount"] == 100.0 * series["loops"]
    assert series["loops"] > 1
    assert len(series["values"]) >= 2
    assert series["warm"]


def test_quiet_values_are_enough() -> None:
    assert [value["busy"] for value in Measure(values=2).taken(Course(True, False, True, False, False))] == [
        True,
        False,
        True,
        False,
    ]


def test_a_machine_that_stays_busy_is_not_waited_for_without_end() -> None:
    found = Measure(values=2).taken(Course(*[True] * 10))
    assert [value["busy"] for value in found] == [True] * (2 * AGAIN)


@pytest.mark.parametrize("name", ["others", "waited", "steal"])
def test_any_part_of_others_beyond_a_little_is_busy(name: str) -> None:
    assert not is_busy({**QUIET, name: BUSY})
    assert is_busy({**QUIET, name: 2 * BUSY})


def test_a_quota_that_was_used_up_is_busy() -> None:
    assert is_busy({**QUIET, "throttled": 1})


def test_a_meter_tells_time_and_shares() -> None:
    meter = Meter()
    sum(range(200_000))
    told = meter.since()
    assert told["wall"] > 0
    assert told["cpu"] >= 0
    assert 0 <= told["waited"] <= 1
    assert told["others"] >= 0


def test_what_can_be_done_but_once_has_one_value() -> None:
    done: list[int] = []
    series = Measure().single(lambda: done.append(1), 3.0)
    assert (done, series["amount"], len(series["values"])) == ([1], 3.0, 1)
