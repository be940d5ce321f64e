"""Holds of earlier runs, and of other locks, are taken up where they help."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from torch_starter.core.trial import Strength
from torch_starter.search.holds import Hold
from torch_starter.search.search import Outcome, Search, made_for
from torch_starter.search.world import Aim
from unit.search.worlds import Break, Small, blaming, held, minors


def hold(package: str, bound: str, check: str = "imports.alpha") -> Hold:
    return Hold(package, bound, check, "it failed", "2026-01-01")


def remembering(world: Small, own: Sequence[Hold] = (), hints: Sequence[Hold] = (), *order: str) -> Outcome:
    return Search(world, Aim(order or tuple(world.releases)), own, hints).run()


def broken(names: Sequence[str] = ("alpha", "beta")) -> Small:
    """Alpha and beta do not go together in their newest releases."""
    return Small(
        {name: minors(4) for name in names}, [Break("imports.alpha", {"alpha": ">=1.3", "beta": ">=1.2"}, blaming(names))]
    )


def test_a_remembered_hold_is_taken_up_without_looking_again() -> None:
    world = broken()
    remembered = hold("beta", "<1.2")
    outcome = remembering(world, [remembered])
    assert outcome.holds == (remembered,)
    assert outcome.found is not None
    assert world.sets == 2


def test_a_remembered_hold_that_is_not_needed_is_dropped() -> None:
    world = Small({"alpha": minors(4), "beta": minors(4)})
    outcome = remembering(world, [hold("beta", "<1.2")])
    assert outcome.holds == ()
    assert world.sets == 1


def test_a_hint_of_another_lock_is_taken_up_where_this_one_has_none() -> None:
    """What is kept is what was seen here."""
    world = broken()
    (taken,) = remembering(world, hints=[hold("beta", "<1.2")]).holds
    assert taken == Hold("beta", "<1.2", "imports.alpha", world.breaks[0].failure.line, "")
    assert world.sets == 2
    own = hold("alpha", "<1.3")
    assert remembering(broken(), [own], [hold("beta", "<1.2")]).holds == (own,)


@pytest.mark.parametrize(("order", "chosen"), [(("alpha", "beta"), "beta"), (("beta", "alpha"), "alpha")])
def test_of_two_hints_that_fit_the_cheapest_is_taken(order: tuple[str, ...], chosen: str) -> None:
    hints = [hold("alpha", "<1.3"), hold("beta", "<1.2")]
    for given in (hints, hints[::-1]):
        assert [each.package for each in remembering(broken(), (), given, *order).holds] == [chosen]


def test_a_hint_that_fits_no_releases_is_not_the_cheapest() -> None:
    world = broken()
    world.requires = {f"alpha {version}": {"beta": ">=1.2"} for version in world.releases["alpha"]}
    hints = [hold("beta", "<1.2"), hold("alpha", "<1.3")]
    assert [each.package for each in remembering(world, (), hints, "alpha").holds] == ["alpha"]


def test_a_hold_of_another_failure_is_not_taken_up() -> None:
    outcome = remembering(broken(), [hold("beta", "<1.1", "training.step")])
    assert outcome.found is not None
    assert hold("beta", "<1.1", "training.step") not in outcome.holds


def test_a_hold_that_is_met_already_helps_nothing() -> None:
    world = Small({"alpha": minors(3)}, [Break("imports.alpha", {"alpha": ">=1.2"}, blaming((), alpha="raised"))])
    outcome = remembering(world, [hold("alpha", "<9"), hold("elsewhere", "<1")])
    assert held(outcome) == {"alpha": "<1.2"}


def test_a_remembered_hold_that_does_not_go_far_enough_is_followed_by_another() -> None:
    world = Small({"alpha": minors(6)}, [Break("imports.alpha", {"alpha": ">=1.2"}, blaming((), alpha="raised"))])
    outcome = remembering(world, [hold("alpha", "<1.5")])
    assert outcome.found is not None
    assert outcome.found.versions == {"alpha": "1.1"}


@pytest.mark.parametrize(
    ("check", "strength", "made"),
    [
        ("imports.alpha", "needed", True),
        ("training.step", "raised", True),
        ("training.step", "said", True),
        ("training.step", "paired", True),
        ("training.step", "concerned", False),
        ("training.step", "needed", False),
    ],
)
def test_a_hold_was_made_for_the_same_finding_or_for_what_is_named_now(check: str, strength: Strength, made: bool) -> None:
    failure = Break("imports.alpha", {}, blaming((), beta=strength)).failure
    assert made_for(hold("beta", "<2", check), failure) == made
