"""Kept trials: whether one tells enough, and what two of one set tell together."""

from __future__ import annotations

from collections.abc import Mapping, Set

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.trial import Failure, Trial
from torch_starter.search.questions import verdict
from torch_starter.verbs._bench import answers, joined

IDS = ("imports.alpha", "imports.beta", "commands.1")
NOTHING: frozenset[str] = frozenset()


def trial(whole: bool = False, failing: Set[str] = NOTHING, **more: tuple[str, ...]) -> Trial:
    return Trial(versions={}, failures=tuple(Failure(id, "l") for id in sorted(failing)), whole=whole, seconds=1.0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kept", "asked", "enough"),
    [
        (trial(True), NOTHING, True),
        (trial(True), {"a"}, True),
        (trial(passed=("a",)), NOTHING, False),
        (trial(passed=("a",)), {"a"}, True),
        (trial(passed=("a",)), {"a", "b"}, False),
        (trial(passed=("a",), failing={"b"}, unseen=("c",)), {"a", "b", "c"}, True),
    ],
)
def test_a_kept_trial_is_enough_where_it_tells_all_that_is_asked(kept: Trial, asked: Set[str], enough: bool) -> None:
    assert answers(kept, asked) == enough


def test_two_trials_of_one_set_are_one() -> None:
    one = trial(passed=("a",), failing={"b"}, unseen=("c", "d"))
    both = joined(one, trial(passed=("c",), failing={"d"}))
    assert both == Trial(versions={}, passed=("a", "c"), failures=(Failure("b", "l"), Failure("d", "l")), seconds=2.0)
    whole = trial(True)
    assert joined(one, whole) is whole
    assert joined(None, one) is one


@given(st.lists(st.dictionaries(st.sampled_from(IDS), st.booleans(), min_size=1), min_size=2, max_size=2))
def test_what_one_trial_told_is_told_by_both(told: list[Mapping[str, bool]]) -> None:
    one, other = (
        trial(passed=tuple(id for id in each if each[id]), failing={id for id in each if not each[id]}) for each in told
    )
    both = joined(one, other)
    assert answers(both, told[0].keys() | told[1].keys())
    assert not {*both.passed, *both.unseen} & {failure.id for failure in both.failures}
    for id in IDS:
        seen = {each[id] for each in told if id in each}
        assert verdict(both, id) is (None if not seen else False not in seen)
