"""Whatever breaks in a small world, and whatever the evidence says of it: what a search finds is as good as it can be."""

from __future__ import annotations

import itertools

from hypothesis import assume, given
from hypothesis import strategies as st

from torch_starter.core.trial import Strength, Suspect
from torch_starter.search.holds import Hold
from torch_starter.search.search import Outcome, Search
from torch_starter.search.world import Aim
from unit.search.worlds import Break, Small, blaming, held, minors, raised_in

NAMES = ("alpha", "beta", "gamma", "delta")
MINORS = minors(5)
PATCHES = ["1.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4"]
BOTH = ["1.0", "1.0.1", "1.1", "1.2", "1.2.1"]


@st.composite
def worlds(draw: st.DrawFn, one_id_each: bool = False) -> Small:
    """Up to four packages of up to five releases, and up to three breaks that no package declares."""
    names = NAMES[: draw(st.integers(2, len(NAMES)))]
    releases = {name: draw(st.sampled_from((MINORS, PATCHES, BOTH)))[: draw(st.integers(2, 5))] for name in names}
    ids = iter(NAMES) if one_id_each else None
    breaks = []
    for _ in range(draw(st.integers(1, 3))):
        guilty = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        bad = {name: f">={draw(st.sampled_from(releases[name]))}" for name in guilty}
        shown = next(ids) if ids else draw(st.sampled_from(names[:2]))
        breaks.append(Break(f"imports.{shown}", bad, draw(evidence(names, guilty))))
    return Small(releases, breaks)


def evidence(names: tuple[str, ...], guilty: list[str]) -> st.SearchStrategy[tuple[Suspect, ...]]:
    """Right, none, or wrong."""
    right: dict[str, Strength] = {guilty[0]: "raised", **dict.fromkeys(guilty[1:], "concerned")}
    wrong = [raised_in(name, names) for name in names]
    return st.sampled_from([blaming(names, **right), blaming(names), *wrong])


def oldest(world: Small) -> dict[str, str]:
    return {name: releases[0] for name, releases in world.releases.items()}


def is_sound(world: Small, outcome: Outcome) -> bool:
    """What was found works, and its holds are met; nothing was built twice for the same question."""
    assert len(world.builds) == len(set(world.builds))
    assert [key for key, asked in world.builds if not asked] == list(dict.fromkeys(k for k, asked in world.builds if not asked))
    return outcome.found is None or (
        world.works(outcome.found.versions) and all(hold.met_by(outcome.found.versions[hold.package]) for hold in outcome.holds)
    )


def raised(world: Small, found: dict[str, str]) -> list[tuple[str, str]]:
    """Packages that alone could be newer: then the set is not the newest that works."""
    every = [(name, version) for name, releases in world.releases.items() for version in releases]
    return [(n, v) for n, v in every if v > found[n] and world.works({**found, n: v})]


def works_without(world: Small, holds: tuple[Hold, ...], hold: Hold) -> bool:
    """Whether a hold could be left away."""
    freed = world.propose({other.package: other.bound for other in holds if other is not hold})
    return freed is not None and world.works(freed.versions)


@given(worlds(one_id_each=True))
def test_breaks_that_show_apart_are_all_found_and_no_package_is_held_needlessly(world: Small) -> None:
    exists = world.works(oldest(world))  # each break is of the newer releases: where these do not work, none does
    assert exists == any(
        world.works(dict(zip(world.releases, v, strict=True))) for v in itertools.product(*world.releases.values())
    )
    outcome = world.search()
    assert is_sound(world, outcome)
    assert (outcome.found is not None) == exists
    assert outcome.found is None or not raised(world, dict(outcome.found.versions))


@given(worlds())
def test_with_a_proven_set_before_one_is_always_found_also_where_breaks_hide_each_other(world: Small) -> None:
    before = oldest(world)
    assume(world.works(before))
    outcome = world.search(before=before)
    assert outcome.found is not None
    assert is_sound(world, outcome)
    assert not [hold for hold in outcome.holds if works_without(world, outcome.holds, hold)]


@given(worlds())
def test_a_search_ends_and_says_why(world: Small) -> None:
    outcome = world.search()
    assert is_sound(world, outcome)
    assert outcome.first is not None
    assert outcome.closest is not None
    assert outcome.found is not None or outcome.stuck
    assert not outcome.out_of_time
    assert not outcome.misfit


@given(worlds(one_id_each=True))
def test_a_second_search_tries_nothing_that_the_first_did(world: Small) -> None:
    first = world.search()
    builds = list(world.builds)
    second = world.search()
    assert world.builds == builds
    assert (second.found, second.holds) == (first.found, first.holds)


@given(worlds(one_id_each=True))
def test_with_the_holds_of_the_first_search_the_second_finds_no_worse_and_soon(world: Small) -> None:
    first = world.search()
    assume(first.found is not None)
    again = Small(world.releases, world.breaks)
    second = Search(again, Aim(tuple(world.releases)), first.holds).run()
    assert second.found is not None
    assert is_sound(again, second)
    assert again.sets <= world.sets
    assert held(second).keys() <= held(first).keys()


@given(worlds(), st.integers(1, 12))
def test_a_budget_is_kept(world: Small, limit: int) -> None:
    unlimited = Small(world.releases, world.breaks)
    everything = unlimited.search()
    world.limit = limit
    outcome = world.search()
    assert world.sets <= limit
    assert is_sound(world, outcome)
    assert outcome.out_of_time == (unlimited.sets > limit)
    assert outcome.out_of_time or outcome.found == everything.found
