"""The picture of how much values scatter: what is in it, and where its points lie."""

from __future__ import annotations

import pytest

from torch_starter.core.report import Limit, Measurement
from torch_starter.show.scatter_chart import same, samples, telling
from unit.show.reports import of_benchmark


def test_samples_lie_beside_their_median_those_of_a_process_together() -> None:
    chart = samples([of_benchmark("a", "GB/s", [[90.0, 110.0], [100.0, 100.0]], {})])
    assert chart is not None
    one, other = chart.figure["data"]
    assert (one["x"], other["x"]) == ([-10.0, 10.0], [0.0, 0.0])
    assert len(set(one["y"])) == 1
    assert one["y"][0] != other["y"][0]
    assert one["marker"]["color"] != other["marker"]["color"]


def test_the_band_is_the_noise() -> None:
    measurement = of_benchmark("a", "GB/s", [[100.0], [110.0], [105.0], [95.0]], {})
    chart = samples([measurement])
    assert chart is not None
    (band,) = chart.figure["layout"]["shapes"]
    assert (band["x0"], band["x1"]) == (-100 * measurement.noise, 100 * measurement.noise)


def test_a_measurement_of_zero_is_no_picture() -> None:
    assert samples([Measurement(name="a", unit="x", samples=(0.0, 0.0), processes=(2,))]) is None


def test_of_one_measurement_that_is_told_in_several_ways_the_first_is_shown() -> None:
    seconds = [0.1, 0.12, 0.11]
    tokens = of_benchmark("text", "tokens/s", [[512 / each for each in seconds]], {"what": "tokens"})
    step = of_benchmark("text", "ms", [[1000 * each for each in seconds]], {"what": "step"}, better="lower")
    work = of_benchmark(
        "text", "GFLOP/s", [[11 / each for each in seconds]], {"what": "operations"}, limit=Limit(200.0, "measured")
    )
    other = of_benchmark("vision", "ms", [[1000 * each for each in seconds]], {"what": "step"})
    assert telling([tokens, step, work, other]) == [tokens, other]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], True),
        ([1.0, 2.0, 3.0], [6.0, 3.0, 2.0], True),
        ([1.0, 2.0, 3.0], [2.0, 4.0, 6.00001], True),
        ([1.0, 2.0, 3.0], [2.0, 4.0, 6.1], False),
        ([1.0, 2.0], [2.0, 4.0], False),
        ([5.0, 5.0, 5.0], [2.0, 2.0, 2.0], False),
        ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], False),
    ],
)
def test_the_same_values_times_a_number_or_their_inverse(one: list[float], other: list[float], alike: bool) -> None:
    assert same(*(of_benchmark("a", "s", [values], {}) for values in (one, other))) is alike


def test_what_has_neither_a_limit_nor_tells_a_speed_is_left_out_and_that_is_said() -> None:
    loss = of_benchmark("text", "nats", [[3.0, 3.1]], {"what": "loss"})
    ratio = of_benchmark("precision", "x", [[1.5, 1.6]], {}, limit=Limit(2.0, "derived"))
    chart = samples([loss, ratio])
    assert chart is not None
    assert len(chart.figure["data"]) == 1
    assert "left out" in chart.note
    alone = samples([loss])
    assert alone is not None
    assert len(alone.figure["data"]) == 1
    assert "left out" not in alone.note
