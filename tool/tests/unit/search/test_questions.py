"""Several failures are looked into at once, each by its own question."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from torch_starter.core.trial import Failure, Trial
from torch_starter.search.hypotheses import Place
from torch_starter.search.ladder import Rung
from torch_starter.search.questions import Questions, both, bound_of, is_another, strongest, verdict
from torch_starter.search.world import Aim
from unit.search.worlds import Break, Small, blaming, minors

TRIO = ("alpha", "beta", "gamma")
BOUNDS = st.dictionaries(st.sampled_from(TRIO), st.sampled_from(["<2", "<=1.4", "==1.3", "!=1.2", "<2,!=1.1"]))
VERSIONS = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.9", "2.0"]


@pytest.mark.parametrize(
    ("bad", "bound"), [("1.8", "<1.8"), ("2.15.0+cu130", "<2.15.0"), ("2.0rc1", "<2.0rc1"), ("1!2.0", "<1!2.0")]
)
def test_a_hold_keeps_below_the_version_that_is_bad_whatever_its_build(bad: str, bound: str) -> None:
    assert bound_of(Rung("alpha", "0", bad)) == bound
    assert not SpecifierSet(bound).contains(bad, prereleases=True)


@given(BOUNDS, BOUNDS)
def test_within_both_is_within_one_and_within_the_other(one: Mapping[str, str], other: Mapping[str, str]) -> None:
    joined = both(one, other)
    assert joined.keys() == one.keys() | other.keys()
    for name, version in itertools.product(TRIO, VERSIONS):
        allowed = [version in SpecifierSet(bounds.get(name, "")) for bounds in (one, other)]
        assert (version in SpecifierSet(joined.get(name, ""))) == all(allowed)
    assert both(one, one) == one


def trial(*failures: str, passed: tuple[str, ...] = (), unseen: tuple[str, ...] = (), whole: bool = True) -> Trial:
    return Trial(versions={}, passed=passed, failures=tuple(Failure(id, "l") for id in failures), unseen=unseen, whole=whole)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (trial("imports.x"), False),
        (trial("imports.x", unseen=("imports.x",)), False),
        (trial("imports.x", whole=False), False),
        (trial(), True),
        (trial("imports.y"), True),
        (trial(whole=False, passed=("imports.x",)), True),
        (trial(whole=False), None),
        (trial(whole=False, passed=("imports.y",)), None),
        (trial("imports.y", unseen=("imports.x",)), None),
        (trial(whole=False, passed=("imports.x",), unseen=("imports.x",)), None),
    ],
)
def test_a_finding_is_well_where_it_was_asked_and_seen_and_did_not_fail(given: Trial, told: bool | None) -> None:
    assert verdict(given, "imports.x") is told


RAISED_IN_ALPHA = Failure("x", "one", blaming(TRIO, alpha="raised"))
RAISED_IN_BETA = Failure("x", "other", blaming(TRIO, beta="raised"))
NOTHING = Failure("x", "nothing", blaming(TRIO))


@pytest.mark.parametrize(
    ("before", "now", "moved", "another"),
    [
        (RAISED_IN_ALPHA, RAISED_IN_BETA, ["alpha"], True),
        (RAISED_IN_ALPHA, RAISED_IN_BETA, ["beta"], False),  # it may be what the move broke
        (RAISED_IN_ALPHA, RAISED_IN_BETA, ["gamma", "beta"], False),
        (RAISED_IN_ALPHA, RAISED_IN_ALPHA, ["gamma"], False),
        (RAISED_IN_ALPHA, NOTHING, ["alpha"], True),
        (NOTHING, NOTHING, ["alpha"], False),
        (NOTHING, RAISED_IN_BETA, ["alpha"], True),
        (RAISED_IN_ALPHA, Failure("x", "l", blaming((), beta="concerned")), ["beta"], True),  # concerned is no evidence
        (RAISED_IN_ALPHA, Failure("x", "l", blaming((), beta="raised"), spared=("gamma",)), ["gamma"], False),
        (RAISED_IN_ALPHA, Failure("x", "l", blaming((), beta="raised"), lacking=("beta", "gamma")), ["gamma"], False),
    ],
)
def test_a_finding_fails_for_another_reason_where_something_else_is_at_fault(
    before: Failure, now: Failure, moved: list[str], another: bool
) -> None:
    assert is_another(before, now, moved) == another


@pytest.mark.parametrize(("failure", "name"), [(RAISED_IN_ALPHA, "alpha"), (NOTHING, ""), (Failure("x", "l"), "")])
def test_the_strongest_is_the_first_with_evidence(failure: Failure, name: str) -> None:
    assert strongest(failure) == name


def settled(world: Small, **bounds: str) -> tuple[Mapping[str, Rung], Questions, list[str]]:
    """What the questions of one round come to."""
    candidate = world.propose(bounds)
    assert candidate is not None
    failures = world.examine(candidate, frozenset()).failures
    said: list[str] = []
    questions = Questions(world, Place(bounds, candidate), said.append)
    return questions.settle(Aim(TRIO), failures), questions, said


def one(name: str, bad: str = ">=1.2", **more: object) -> Break:
    return Break(f"imports.{name}", {name: bad}, blaming((), **{name: "raised"}), **more)  # type: ignore[arg-type]


def test_one_set_answers_all_questions() -> None:
    world = Small(dict.fromkeys(TRIO, minors(4)), [one(name) for name in TRIO])
    rungs, _, said = settled(world)
    assert rungs == {f"imports.{name}": Rung(name, "1.1", "1.2") for name in TRIO}
    assert [asked for _, asked in world.builds[1:]] == [frozenset(rungs)] * (len(world.builds) - 1)
    assert said[0] == "alpha 1.2: imports.alpha fails"
    assert "gamma 1.0: imports.gamma passes" in said


def test_those_that_nothing_mends_are_left_out_and_what_was_tried_is_known() -> None:
    rungs, questions, _ = settled(Small(dict.fromkeys(TRIO, minors(3)), [one("alpha", ">0"), one("beta")]))
    assert rungs == {"imports.beta": Rung("beta", "1.1", "1.2")}
    assert questions.tried == {"imports.alpha": ["alpha 1.1", "alpha 1.0"]}


def test_the_bounds_that_hold_already_are_kept() -> None:
    world = Small(dict.fromkeys(TRIO, minors(4)), [one("alpha")])
    rungs, _, _ = settled(world, gamma="<1.3")
    assert rungs == {"imports.alpha": Rung("alpha", "1.1", "1.2")}
    assert all(dict(versions)["gamma"] == "1.2" for versions, _ in world.builds)


def test_questions_that_do_not_fit_together_are_asked_one_by_one() -> None:
    """Older releases of alpha ask for newer ones of beta, and the other way round."""
    requires = {f"alpha 1.{number}": {"beta": ">=1.2"} for number in range(2)}
    world = Small({"alpha": minors(3), "beta": minors(3)}, [one("alpha"), one("beta")], requires=requires)
    rungs, _, _ = settled(world)
    assert rungs == {"imports.alpha": Rung("alpha", "1.1", "1.2")}
    assert frozenset({"imports.alpha"}) in [asked for _, asked in world.builds]


def test_a_set_that_there_is_not_mends_nothing() -> None:
    requires = {f"alpha 1.{number}": {"beta": ">=9"} for number in range(2)}
    rungs, questions, said = settled(Small({"alpha": minors(3), "beta": minors(3)}, [one("alpha")], requires=requires))
    assert rungs == {}
    assert said == []
    assert questions.tried == {}


def test_a_question_that_cannot_see_waits_for_the_one_that_hides_it() -> None:
    hiding = one("alpha", hides=("imports.beta",))
    shown = Break("imports.beta", {"beta": ">=1.2"}, blaming((), beta="raised"))
    world = Small(dict.fromkeys(TRIO, minors(5)), [hiding, shown])
    candidate = world.propose({})
    assert candidate is not None
    said: list[str] = []
    questions = Questions(world, Place({}, candidate), said.append)
    rungs = questions.settle(Aim(TRIO), [hiding.failure, shown.failure])
    assert rungs == {"imports.alpha": Rung("alpha", "1.1", "1.2"), "imports.beta": Rung("beta", "1.1", "1.2")}
    assert any(words.endswith("imports.beta cannot be seen") for words in said)


def test_a_question_that_sees_nothing_counts_as_failed_where_it_is_alone() -> None:
    hiding = Break("other", {"gamma": ">0"}, hides=("imports.beta",))
    world = Small(dict.fromkeys(TRIO, minors(3)), [hiding, one("beta")])
    candidate = world.propose({})
    assert candidate is not None
    questions = Questions(world, Place({}, candidate), lambda words: None)
    assert questions.settle(Aim(TRIO), [one("beta").failure]) == {}
    assert questions.tried == {"imports.beta": ["beta 1.1", "beta 1.0"]}


def test_many_packages_are_told_by_their_number() -> None:
    names = [f"p{number}" for number in range(9)]
    world = Small({name: minors(2) for name in names}, [Break("commands.1", {"p8": ">=1.1"}, blaming(names))])
    candidate = world.propose({})
    assert candidate is not None
    said: list[str] = []
    Questions(world, Place({}, candidate), said.append).settle(
        Aim(before=dict.fromkeys(names, "1.0")), world.examine(candidate, frozenset()).failures
    )
    assert any(" and 1 more: commands.1" in words for words in said)
