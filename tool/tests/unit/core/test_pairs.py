"""What pairs of runs say: against tables of Student's t, and against pairs that are drawn from what is known."""

from __future__ import annotations

import math
import random
import statistics

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.pairs import gain, provable, quantile

RATIOS = st.lists(st.floats(0.01, 100), min_size=2, max_size=12)
# Two-sided, 95 %: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2; more digits by R's qt(0.975, n)
KNOWN = {
    1: 12.7062047364,
    2: 4.3026527297,
    3: 3.1824463053,
    4: 2.7764451052,
    5: 2.5705818366,
    8: 2.3060041350,
    9: 2.2621571628,
    10: 2.2281388520,
    29: 2.0452296421,
    30: 2.0422724563,
    100: 1.9839715185,
    1000: 1.9623390808,
}


@pytest.mark.parametrize(("freedom", "value"), KNOWN.items())
def test_students_t_is_that_of_the_tables(freedom: int, value: float) -> None:
    assert quantile(freedom) == pytest.approx(value, abs=1e-8)


def test_other_confidences_and_no_freedom_at_all() -> None:
    assert quantile(9, 0.99) == pytest.approx(3.2498355416, abs=1e-8)
    assert quantile(2, 0.5) == pytest.approx(0.8164965809, abs=1e-8)
    assert quantile(0) == math.inf


def test_students_t_comes_to_the_normal_distribution() -> None:
    assert quantile(10_000) == pytest.approx(statistics.NormalDist().inv_cdf(0.975), abs=1e-3)


@given(RATIOS)
def test_the_intervals_hold_the_mean_and_one_more_pair_is_less_sure(ratios: list[float]) -> None:
    found = gain(ratios)
    assert found.value == pytest.approx(statistics.geometric_mean(ratios))
    assert found.again_low <= found.low <= found.value <= found.high <= found.again_high
    assert (found.wins, found.pairs) == (sum(ratio > 1 for ratio in ratios), len(ratios))


@given(RATIOS)
def test_slower_is_faster_the_other_way_round(ratios: list[float]) -> None:
    found, other = gain(ratios), gain([1 / ratio for ratio in ratios])
    assert found.value == pytest.approx(1 / other.value)
    if found.low > 1e-100:
        assert found.low == pytest.approx(1 / other.high)
        assert found.again_high == pytest.approx(1 / other.again_low, rel=1e-6) or found.again_high == math.inf


def test_one_pair_alone_says_nothing_sure_and_is_written_as_null() -> None:
    found = gain([1.5])
    assert (found.value, found.low, found.high, found.again_low, found.again_high) == (1.5, 0.0, math.inf, 0.0, math.inf)
    assert msgspec.json.decode(msgspec.json.encode(found))["again_high"] is None


def test_a_tie_is_no_win() -> None:
    assert (gain([1.0, 1.2, 0.9]).wins, gain([1.0, 1.2, 0.9]).pairs) == (1, 3)


def test_an_interval_too_wide_for_a_float_is_infinite() -> None:
    assert gain([1e-200, 1e200]).again_high == math.inf


@pytest.mark.parametrize("pairs", [3, 9])
def test_nineteen_of_twenty_intervals_hold_what_they_say(pairs: int) -> None:
    """The mean, and one more pair by hand, for pairs drawn around a gain of 1.8."""
    chance = random.Random(pairs)
    means = again = 0
    for _ in range(2000):
        *drawn, more = (1.8 * math.exp(chance.gauss(0, 0.08)) for _ in range(pairs + 1))
        found = gain(drawn)
        means += found.low <= 1.8 <= found.high
        again += found.again_low <= more <= found.again_high
    assert 1870 <= means <= 1930
    assert 1870 <= again <= 1930


@pytest.mark.parametrize("pairs", [2, 3, 6, 20])
def test_what_is_provable_is_just_proven(pairs: int) -> None:
    """Pairs of that gain whose spread is the one told: their interval begins at 1."""
    signs = [(-1.0) ** index for index in range(pairs)]
    unit = statistics.stdev(signs)
    least = provable(0.07, pairs)
    drift = statistics.fmean(signs)
    found = gain([least * math.exp(0.07 * (sign - drift) / unit) for sign in signs])
    assert found.low == pytest.approx(1)
    assert found.value == pytest.approx(least)


def test_more_pairs_prove_less_and_one_proves_nothing() -> None:
    assert provable(0.05, 1) == math.inf
    assert provable(0.05, 3) > provable(0.05, 6) > provable(0.05, 30) > 1
