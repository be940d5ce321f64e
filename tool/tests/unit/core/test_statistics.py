"""Medians, intervals and claims: against what is known of the numbers that they are given."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.statistics import Interval, claimed, halves, interval, median, ratio, spread

VALUES = st.lists(st.lists(st.floats(0.001, 1e9), min_size=1, max_size=4), min_size=1, max_size=5)


def taken(seed: int, centre: float = 100.0, noise: float = 0.01, processes: int = 5, values: int = 3) -> list[list[float]]:
    """Values around a centre; half of the noise is each process's own."""
    chance = random.Random(seed)
    found = []
    for _ in range(processes):
        luck = math.exp(chance.gauss(0, noise / 2))
        found.append([centre * luck * math.exp(chance.gauss(0, noise / 2)) for _ in range(values)])
    return found


def told(before: list[list[float]], after: list[list[float]]) -> bool:
    return claimed(ratio(before, after), spread(before), spread(after))


@given(VALUES)
def test_an_interval_holds_its_value_and_lies_within_the_values(processes: list[list[float]]) -> None:
    found = interval(processes)
    every = [value for values in processes for value in values]
    assert min(every) <= found.low <= found.value <= found.high <= max(every)
    assert found == interval(processes), "the same values give the same answer"


@given(VALUES, st.floats(0.1, 10))
def test_a_ratio_follows_what_one_side_is_multiplied_by(processes: list[list[float]], factor: float) -> None:
    found = ratio(processes, [[factor * value for value in values] for values in processes])
    assert found.value == pytest.approx(factor)


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=12))
def test_halves_are_of_the_same_values(values: list[float]) -> None:
    for one, other in halves(values):
        assert sorted([*one, *other]) == sorted(values)
        assert len(one) == len(values) // 2


def test_of_many_values_each_is_in_either_half_as_often() -> None:
    ways = halves([float(number) for number in range(40)])
    counts = [sum(number in one for one, _ in ways) for number in range(40)]
    assert min(counts) > 0.3 * len(ways)
    assert max(counts) < 0.7 * len(ways)


def test_one_process_with_many_values_counts_as_one() -> None:
    assert median([[1.0] * 100, [3.0], [5.0]]) == 3.0


@pytest.mark.parametrize("processes", [3, 5])
def test_noise_alone_is_seldom_claimed_to_be_a_difference(processes: int) -> None:
    claims = [
        told(taken(seed, noise=0.06, processes=processes), taken(seed + 10_000, noise=0.06, processes=processes))
        for seed in range(120)
    ]
    assert sum(claims) <= 3, "one in forty"


def test_ten_percent_are_found_where_noise_is_a_percent() -> None:
    found = [told(taken(seed), taken(seed + 10_000, centre=90.0)) for seed in range(40)]
    assert sum(found) >= 38


def test_two_percent_are_nothing_however_quiet() -> None:
    assert not told(taken(1, noise=1e-6), taken(2, centre=102.0, noise=1e-6))


def test_of_one_value_nothing_is_claimed() -> None:
    assert spread([[1.0]]) == math.inf
    assert not claimed(Interval(2.0, 2.0, 2.0), math.inf)


def test_of_what_is_not_above_zero_nothing_is_claimed() -> None:
    assert spread([[0.0], [1.0]]) == math.inf
