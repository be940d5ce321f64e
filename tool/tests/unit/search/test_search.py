"""What a search finds, in how few trials, and what it says where there is nothing to be found."""

from __future__ import annotations

import pytest

from torch_starter.core.trial import Strength
from torch_starter.search.holds import Hold
from torch_starter.search.search import Search
from torch_starter.search.world import Aim
from unit.search.worlds import Break, Small, blaming, held, minors, raised_in

HUNDRED = [f"part{number}" for number in range(99)] + ["whole"]
BEFORE = dict.fromkeys(HUNDRED, "1.0")
TRIO = ("alpha", "beta", "gamma")
DISAGREE = Break("imports.alpha", {"alpha": ">=1.3", "beta": ">=1.2"}, blaming(("alpha", "beta")))


def test_the_newest_set_that_works_takes_one_trial() -> None:
    world = Small({"alpha": minors(5), "beta": minors(3)})
    outcome = world.search()
    assert outcome.found is not None
    assert outcome.found.versions == {"alpha": "1.4", "beta": "1.2"}
    assert (world.sets, outcome.holds, outcome.stuck) == (1, (), ())
    assert outcome.first is outcome.closest is world.known()[0]


@pytest.mark.parametrize("bad", ["part0", "part98", "whole"])
@pytest.mark.parametrize("before", [{}, BEFORE], ids=["fresh", "proven before"])
@pytest.mark.parametrize("strength", ["said", "raised", "paired"])
def test_one_bad_release_among_a_hundred_that_the_evidence_names(bad: str, before: dict[str, str], strength: Strength) -> None:
    world = Small(
        {name: ["1.0", "1.1"] for name in HUNDRED}, [Break("imports.whole", {bad: "==1.1"}, blaming(HUNDRED, **{bad: strength}))]
    )
    outcome = world.search("whole", before=before)
    assert outcome.found is not None
    assert held(outcome) == {bad: "<1.1"}
    assert outcome.holds[0] == Hold(bad, "<1.1", "imports.whole", world.breaks[0].failure.line, "")
    assert world.sets <= 3
    assert outcome.first is not None
    assert [failure.id for failure in outcome.first.failures] == ["imports.whole"]


@pytest.mark.parametrize("bad", ["part0", "part37", "part50", "part98", "whole"])
def test_one_bad_release_among_a_hundred_that_nothing_names(bad: str) -> None:
    world = Small({name: ["1.0", "1.1"] for name in HUNDRED}, [Break("commands.1", {bad: "==1.1"}, blaming(HUNDRED))])
    outcome = world.search("whole", before=BEFORE)
    assert outcome.found is not None
    assert held(outcome) == {bad: "<1.1"}
    assert world.sets <= 9


@pytest.mark.parametrize("last_good", range(15))
def test_how_far_back_is_found_in_few_trials(last_good: int) -> None:
    world = Small({"alpha": minors(16)}, [Break("imports.alpha", {"alpha": f">1.{last_good}"}, blaming((), alpha="raised"))])
    outcome = world.search()
    assert outcome.found is not None
    assert outcome.found.versions == {"alpha": f"1.{last_good}"}
    assert held(outcome) == {"alpha": f"<1.{last_good + 1}"}
    assert world.sets <= 8


@pytest.mark.parametrize("strength", ["said", "raised", "concerned", "needed"])
def test_also_where_there_are_only_patches_below(strength: Strength) -> None:
    patches = ["1.0.0", "1.0.1", "1.0.2", "1.0.3"]
    named = blaming((), alpha=strength, beta=strength)
    world = Small({"alpha": patches, "beta": patches}, [Break("imports.alpha", {"alpha": ">=1.0.2"}, named)])
    outcome = world.search()
    assert outcome.found is not None
    assert held(outcome) == {"alpha": "<1.0.2"}


def test_a_release_that_nothing_names_is_found_deep_down() -> None:
    world = Small(dict.fromkeys(TRIO, minors(4)), [Break("imports.alpha", {"gamma": "==1.3"}, blaming(TRIO, alpha="raised"))])
    outcome = world.search()
    assert held(outcome) == {"gamma": "<1.3"}
    assert outcome.found is not None
    assert world.sets <= 8


@pytest.mark.parametrize(("preferred", "kept", "most"), [("alpha", {"beta": "<3.0"}, 4), ("beta", {"alpha": "<2.0"}, 3)])
def test_of_two_that_do_not_go_together_the_preferred_one_stays(preferred: str, kept: dict[str, str], most: int) -> None:
    releases = {"alpha": ["1.0", "2.0"], "beta": ["1.0", "2.0", "3.0"]}
    named = blaming(("alpha", "beta"), alpha="raised")
    world = Small(releases, [Break("imports.alpha", {"alpha": ">=2", "beta": ">=3"}, named)])
    outcome = world.search(preferred, preferred=[preferred])
    assert outcome.found is not None
    assert held(outcome) == kept
    assert world.sets <= most


def test_a_preferred_package_is_held_all_the_same_where_no_other_mends_it() -> None:
    world = Small(
        {"alpha": minors(3), "beta": minors(3)},
        [Break("imports.alpha", {"alpha": ">=1.2"}, blaming(("alpha", "beta"), alpha="raised"))],
    )
    outcome = world.search("alpha", "beta", preferred=["alpha"])
    assert held(outcome) == {"alpha": "<1.2"}
    assert outcome.found is not None


def test_culprits_that_hide_each_other_behind_one_id_are_found_one_by_one() -> None:
    breaks = [Break("imports.alpha", {name: ">=2"}, raised_in(name, TRIO)) for name in reversed(TRIO)]
    world = Small({name: ["1.0", "1.1", "2.0"] for name in TRIO}, breaks)
    outcome = world.search("alpha")
    assert outcome.found is not None
    assert outcome.found.versions == dict.fromkeys(TRIO, "1.1")
    assert world.sets <= 6


def test_a_failure_that_hides_another_is_seen_to_first() -> None:
    first = Break("imports.alpha", {"alpha": ">=1.2"}, blaming((), alpha="raised"), hides=("training.step",))
    world = Small(
        {"alpha": minors(3), "beta": minors(3)}, [first, Break("training.step", {"beta": ">=1.1"}, blaming((), beta="raised"))]
    )
    outcome = world.search()
    assert outcome.found is not None
    assert held(outcome) == {"alpha": "<1.2", "beta": "<1.1"}
    assert world.sets <= 5


def apart() -> list[Break]:
    """Three failures that have nothing to do with each other."""
    return [Break(f"imports.{name}", {name: ">=1.2"}, raised_in(name)) for name in TRIO]


def test_several_failures_are_looked_into_by_the_same_trials() -> None:
    """One is found in four: the newest, one lower, two lower, and the whole set. Then each hold is asked for its need."""
    world = Small(dict.fromkeys(TRIO, minors(4)), apart(), limit=4)
    outcome = world.search()
    assert outcome.found is not None
    assert held(outcome) == dict.fromkeys(TRIO, "<1.2")
    world.limit = None
    assert held(world.search()) == dict.fromkeys(TRIO, "<1.2")
    assert world.sets <= 7


def test_a_hold_that_leads_nowhere_is_given_up() -> None:
    """Holding what is named leads to an older release that breaks something else; holding the other package does not."""
    world = Small(
        {"alpha": ["1.0", "2.0"], "beta": ["1.0", "2.0"]},
        [
            Break("imports.alpha", {"alpha": ">=2", "beta": ">=2"}, blaming(("beta",), alpha="raised")),
            Break("uses.alpha", {"alpha": "<2"}, blaming((), alpha="said"), spared=("alpha",)),
        ],
    )
    outcome = world.search()
    assert outcome.found is not None
    assert held(outcome) == {"beta": "<2.0"}


def test_a_hold_that_a_later_one_makes_needless_is_dropped() -> None:
    """The first failure is blamed on alpha, since all that need beta show it; what is really at fault is found behind it."""
    both = {"alpha": ">=1.1", "beta": ">=1.1"}
    world = Small(
        {"alpha": minors(2), "beta": minors(2)},
        [
            Break("imports.alpha", both, blaming(("beta",), alpha="raised"), hides=("uses.beta",)),
            Break("uses.beta", {"beta": ">=1.1"}, blaming((), beta="raised")),
        ],
    )
    outcome = world.search()
    assert outcome.found is not None
    assert held(outcome) == {"beta": "<1.1"}


def test_a_hold_that_another_covers_can_be_found_again() -> None:
    """Two evidences point to the wrong package, so that one package is held twice; without the wider hold the other is needed."""
    names = ("p0", "p1", "p2", "p3")
    world = Small(
        {"p0": minors(4), "p1": minors(5), "p2": minors(3), "p3": minors(6)},
        [
            Break("imports.p1", {"p0": ">=1.1"}, blaming(names, p3="raised")),
            Break("imports.p3", {"p3": ">=1.4"}, blaming(names)),
            Break("imports.p2", {"p2": ">=1.2", "p0": ">=1.1"}, blaming(names, p1="raised")),
        ],
    )
    outcome = world.search()
    assert outcome.found is not None
    assert outcome.found.versions == {"p0": "1.0", "p1": "1.4", "p2": "1.2", "p3": "1.3"}


@pytest.mark.parametrize(("limit", "found", "late"), [(1, False, True), (3, False, True), (4, True, True), (7, True, False)])
def test_out_of_time_the_best_that_is_proven_is_kept(limit: int, found: bool, late: bool) -> None:
    """From the fourth trial on a set is proven, and only asked for holds that are not needed."""
    outcome = Small(dict.fromkeys(TRIO, minors(4)), apart(), limit=limit).search()
    assert (outcome.found is not None, outcome.out_of_time) == (found, late)
    assert outcome.first is not None
    assert [failure.id for failure in outcome.first.failures] == [f"imports.{name}" for name in TRIO]


def test_what_is_done_is_said() -> None:
    said: list[str] = []
    Search(Small({name: minors(4) for name in ("alpha", "beta")}, [DISAGREE]), Aim(("alpha", "beta")), said=said.append).run()
    assert "beta is held at 1.1: imports.alpha fails with 1.2" in said
