"""Who is held for a failure: those that the evidence names first, and of equals the one that costs the least."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.trial import Failure, Strength, Suspect
from torch_starter.search.hypotheses import (
    CLASSES,
    MOST_WEIGHED,
    Place,
    cleared,
    parted,
    weighed,
)
from torch_starter.search.world import Aim, Candidate
from unit.search.worlds import Break, Small, blaming, minors

STRENGTHS: tuple[Strength, ...] = ("said", "raised", "paired", "concerned", "needed")
FIVE = ("alpha", "beta", "gamma", "delta", "eta")
PLAIN = Aim(FIVE)
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("consumer", "provider", "left"), [(LATE, EARLY, "consumer"), (EARLY, LATE, "provider"), (LATE, LATE, "consumer")]
)
def test_of_one_that_asks_for_what_another_lacks_the_later_is_at_fault(consumer: datetime, provider: datetime, left: str) -> None:
    failure = Failure("x", "l", blaming((), consumer="raised", provider="concerned"), lacking=("consumer", "provider"))
    assert [each.package for each in cleared(failure, {"consumer": consumer, "provider": provider})] == [left]


@pytest.mark.parametrize("dates", [{}, {"consumer": LATE}, {"provider": LATE}])
def test_without_both_dates_both_may_be(dates: Mapping[str, datetime]) -> None:
    failure = Failure("x", "l", blaming((), consumer="raised", provider="concerned"), lacking=("consumer", "provider"))
    assert len(cleared(failure, dates)) == 2


def test_the_index_is_asked_for_dates_where_one_lacks_what_another_asks_for() -> None:
    """Beta was released after alpha, and lacks what alpha asks for: it is beta that removed it."""
    named = blaming((), alpha="raised", beta="concerned")
    removed = Break("imports.alpha", {"alpha": ">=1.1", "beta": ">=1.1"}, named, lacking=("alpha", "beta"))
    dates = {"alpha 1.1": EARLY, "beta 1.1": LATE}
    outcome = Small({"alpha": minors(2), "beta": minors(2)}, [removed], dates=dates).search()
    assert [hold.package for hold in outcome.holds] == ["beta"]
    outcome = Small({"alpha": minors(2), "beta": minors(2)}, [removed], dates={**dates, "beta 1.1": EARLY}).search(
        "beta", "alpha"
    )
    assert [hold.package for hold in outcome.holds] == ["alpha"]


@given(st.lists(st.tuples(st.sampled_from(FIVE), st.sampled_from(STRENGTHS)), unique_by=lambda pair: pair[0]))
def test_each_suspect_is_in_one_class_and_those_without_evidence_are_apart(pairs: list[tuple[str, Strength]]) -> None:
    suspects = [Suspect(name, strength, "") for name, strength in pairs]
    strong, rest = parted(suspects)
    together = [each for members in (*strong, rest) for each in members]
    assert {each.package for each in together} == {each.package for each in suspects}
    assert len(together) == len(suspects)
    assert [
        {each.strength for each in members} - set(wanted) for members, wanted in zip((*strong, rest), CLASSES, strict=True)
    ] == [set()] * len(CLASSES)


def order_of(
    world: Small, order: tuple[str, ...], suspects: tuple[Suspect, ...], versions: Mapping[str, str] | None = None
) -> list[str]:
    candidate = Candidate(versions) if versions else world.propose({})
    assert candidate is not None
    return [each.package for each in weighed(world, Aim(order), Place({}, candidate), list(suspects))]


def test_of_equals_the_one_comes_first_with_which_the_wanted_ones_stay_newest() -> None:
    world = Small({name: minors(2) for name in FIVE})
    assert order_of(world, ("alpha", "beta", "gamma"), blaming(("alpha", "beta", "gamma"))) == ["gamma", "beta", "alpha"]
    assert order_of(world, ("gamma", "beta", "alpha"), blaming(("alpha", "beta", "gamma"))) == ["alpha", "beta", "gamma"]


def test_what_drags_a_wanted_one_down_with_it_costs_as_much() -> None:
    world = Small({name: minors(2) for name in FIVE}, requires={"alpha 1.1": {"gamma": ">=1.1"}})
    assert order_of(world, ("alpha", "beta", "gamma"), blaming(("beta", "gamma"))) == ["beta", "gamma"]


def test_one_that_cannot_go_lower_is_left_out_and_so_is_one_that_is_not_there() -> None:
    world = Small({"alpha": minors(2), "beta": minors(1), "gamma": minors(2)}, requires={"beta 1.0": {"gamma": ">=1.1"}})
    assert order_of(world, ("alpha",), blaming(("beta", "gamma", "alpha", "elsewhere"))) == ["alpha"]
    assert order_of(world, ("alpha",), blaming(("elsewhere",))) == []


def test_one_with_older_patches_alone_is_weighed_too() -> None:
    world = Small({"alpha": ["1.0.0", "1.0.1"], "beta": minors(2)})
    assert order_of(world, ("beta", "alpha"), blaming(("alpha", "beta"))) == ["alpha", "beta"]


def test_many_are_not_weighed_but_asked_as_they_come() -> None:
    names = [f"p{number}" for number in range(MOST_WEIGHED + 1)]
    world = Small({name: minors(2) for name in names})
    assert order_of(world, tuple(names), blaming(names)) == names
    assert order_of(world, tuple(names), blaming(names[:-1])) == names[-2::-1]


def test_of_two_sets_the_better_keeps_the_earlier_package_newer_and_then_all_others() -> None:
    aim = Aim(("beta",))
    assert aim.quality(Candidate({"alpha": "1.0", "beta": "1.10"})) > aim.quality(Candidate({"alpha": "1.1", "beta": "1.9"}))
    assert aim.quality(Candidate({"alpha": "1.1", "beta": "1.0"})) > aim.quality(Candidate({"alpha": "1.0", "beta": "1.0"}))
    assert aim.quality(Candidate({"alpha": "1.0", "beta": "0.1"})) > aim.quality(Candidate({"alpha": "1.0"}))
    assert Candidate({"my-pkg": "1.0"}).version("My_Pkg") == Candidate({"other": "1.0"}).version("other")
