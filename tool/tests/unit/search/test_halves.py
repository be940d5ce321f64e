"""Which of several is at fault: half of them, and half of that again."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.search.ladder import (
    Reply,
    halves,
)

HIGHEST = {"beta": "9"}

NAMES = tuple("abcdefgh")
FLOORS = dict.fromkeys(NAMES, "1")


def part(guilty: set[str], count: int, split: int, alone: bool) -> tuple[list[str], list[str], list[set[str]]]:
    """Tell apart by halves; a set passes where all the guilty are down."""
    asking, seen = halves(FLOORS, list(NAMES[:count]), split, HIGHEST, alone), []
    try:
        bounds = next(asking)
        while True:
            assert bounds["beta"] == HIGHEST["beta"]
            lowered = {name for name, bound in bounds.items() if bound == "<=1"}
            seen.append(lowered)
            bounds = asking.send(Reply(guilty <= lowered, {}))
    except StopIteration as end:
        return *end.value, seen


@given(st.integers(1, 8), st.integers(0, 9), st.booleans(), st.data())
def test_the_one_at_fault_is_left(count: int, split: int, alone: bool, data: st.DataObject) -> None:
    guilty = data.draw(st.sampled_from(NAMES[:count]))
    left, back, seen = part({guilty}, count, split, alone)
    assert left == [guilty]
    assert guilty not in back
    assert len(seen) <= math.ceil(math.log2(count)) + (split > 0)


@given(st.integers(2, 8), st.sets(st.sampled_from(NAMES), min_size=2, max_size=4))
def test_of_several_the_last_is_left_and_the_others_are_down(count: int, guilty: set[str]) -> None:
    guilty &= set(NAMES[:count])
    left, back, _ = part(guilty, count, 0, False)
    assert guilty <= {*left, *back}
    assert len(left) == 1
    assert not guilty or left[0] in guilty or not guilty - set(back)


def test_with_one_alone_what_passed_by_goes_up_again() -> None:
    assert part({"d"}, 4, 0, True)[2] == [{"a", "b"}, {"c"}]
    assert part({"d"}, 4, 0, False)[2] == [{"a", "b"}, {"a", "b", "c"}]


@pytest.mark.parametrize(
    ("split", "first"), [(1, {"a"}), (3, {"a", "b", "c"}), (0, {"a", "b"}), (4, {"a", "b"}), (9, {"a", "b"})]
)
def test_those_that_are_named_come_first(split: int, first: set[str]) -> None:
    assert part({"d"}, 4, split, False)[2][0] == first
