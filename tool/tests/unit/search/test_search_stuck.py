"""What a search says where nothing works."""

from __future__ import annotations

from unit.search.worlds import Break, Small, blaming, minors


def test_where_nothing_mends_a_failure_it_says_what_was_tried() -> None:
    named = blaming(("anvil", "bolt"), anvil="raised")
    world = Small(
        {"anvil": ["1.0", "1.1"], "bolt": ["2.0", "3.0"], "crate": minors(2)}, [Break("imports.anvil", {"anvil": ">0"}, named)]
    )
    outcome = world.search()
    assert (outcome.found, outcome.misfit, outcome.out_of_time) == (None, False, False)
    assert [failure.id for failure in outcome.stuck] == ["imports.anvil"]
    assert outcome.tried == {"imports.anvil": ["anvil 1.0", "bolt 2.0"]}
    assert outcome.closest is not None
    assert [failure.id for failure in outcome.closest.failures] == ["imports.anvil"]


def test_the_closest_set_is_the_one_with_the_fewest_failures() -> None:
    mended = Break("imports.beta", {"beta": ">=1.1"}, blaming((), beta="raised"))
    world = Small(
        {"alpha": minors(2), "beta": minors(2)}, [Break("imports.alpha", {"alpha": ">0"}, blaming((), alpha="raised")), mended]
    )
    outcome = world.search()
    assert outcome.found is None
    assert outcome.first is not None
    assert outcome.closest is not None
    assert (len(outcome.first.failures), len(outcome.closest.failures)) == (2, 1)
    assert outcome.closest.versions["beta"] == "1.0"


def test_where_no_releases_agree_nothing_is_tried() -> None:
    outcome = Small({"alpha": ["1.0"], "beta": ["1.0"]}, requires={"alpha 1.0": {"beta": ">=2"}}).search()
    assert outcome.misfit
    assert outcome.first is None
    assert outcome.found is None
