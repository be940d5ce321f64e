"""Whether a setting left the results as they were."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.tuning.losses import COMPARED, apart, deviation, drift, said
from unit.tuning.told import losing

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


def test_equal_bits_are_equal() -> None:
    assert deviation(losing(2.5, 2.25), losing(2.5, 2.25, 2.0)) == 0.0
    assert drift(losing(2.5), losing(2.5), 0.0, ["bit-identical"]) == ""


def test_a_last_bit_is_told_from_equal_and_is_rounding() -> None:
    base, other = losing(1.0), losing(math.nextafter(1.0, 2.0))
    assert drift(base, other, 0.0, ["bit-identical"])
    assert drift(base, other, 0.0, ["bit-identical", "rounding"]) == ""


def test_more_than_rounding_is_said_with_its_size() -> None:
    assert drift(losing(2.0, 1.0), losing(2.0, 1.1), 0.0, ["rounding"]) == (
        "its loss differs by 9.1 % within 20 steps, allowed are 0.5 %"
    )
    assert drift(losing(2.0), losing(2.06), 0.0, ["precision"]) == ""


def test_a_script_whose_own_losses_vary_may_vary() -> None:
    assert drift(losing(2.0), losing(2.02), own=0.01, safeties=["bit-identical"]) == ""
    assert drift(losing(2.0), losing(2.2), own=0.01, safeties=["bit-identical"])


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_a_loss_that_is_no_number_is_never_well(wrong: float) -> None:
    assert drift(losing(2.0), losing(wrong), 0.5, ["precision"]) == "its loss is no number"


def test_two_that_are_no_numbers_are_alike() -> None:
    assert drift(losing(math.nan), losing(math.nan), 0.0, ["bit-identical"]) == ""


def test_without_losses_what_was_learned_is_compared() -> None:
    assert deviation(losing(digest="a"), losing(digest="a")) == 0.0
    assert deviation(losing(digest="a"), losing()) is None
    assert drift(losing(digest="a"), losing(digest="b"), 0.0, ["rounding"]) == (
        "what it had learned after the same steps is not the same"
    )


def test_equal_losses_with_other_parameters_are_not_bit_identical() -> None:
    assert drift(losing(2.0, digest="a"), losing(2.0, digest="b"), 0.0, ["bit-identical"])
    assert drift(losing(2.0, digest="a"), losing(2.0, digest="b"), 0.0, ["rounding"]) == ""


def test_later_losses_are_not_compared() -> None:
    same = [2.0] * COMPARED
    assert deviation(losing(*same, 1.0), losing(*same, 9.0)) == 0.0


def test_words() -> None:
    assert [said(None), said(0.0), said(1e-9), said(0.00123)] == ["none", "equal", "within 0.01 %", "within 0.12 %"]


@given(FINITE, FINITE)
def test_how_far_two_are_apart_does_not_depend_on_their_order(one: float, other: float) -> None:
    assert apart(one, other) == apart(other, one) >= 0
    assert (apart(one, other) == 0) == (one == other)
