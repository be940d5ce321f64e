"""How far words are apart."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.typos import distance, nearest

words = st.text(alphabet="ABC_", max_size=9)


def reference(one: str, other: str) -> int:
    """The definition of optimal string alignment, letter by letter from the end."""

    @cache
    def at(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        steps = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (one[i - 1] != other[j - 1])]
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            steps.append(at(i - 2, j - 2) + 1)
        return min(steps)

    return at(len(one), len(other))


@given(words, words)
def test_it_is_the_distance_of_the_definition(one: str, other: str) -> None:
    assert distance(one, other) == reference(one, other)


@given(words, words)
def test_it_is_symmetric_and_nought_for_the_same_alone(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one) >= 0
    assert (distance(one, other) == 0) == (one == other)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("", "AB", 2), ("NCLC", "NCCL", 1), ("CA", "ABC", 3), ("OPM", "OMP", 1), ("HFHOME", "HF_HOME", 1), ("KITTEN", "SITTING", 3)],
)
def test_known_distances(one: str, other: str, wanted: int) -> None:
    assert distance(one, other) == wanted


def test_the_nearest_is_found_within_bounds_alone() -> None:
    assert nearest("OPM", ["MKL", "OMP", "OPS"], 1) == "OMP"
    assert nearest("OPM", ["MKL"], 2) == ""
    assert nearest("OPM", [], 2) == ""
