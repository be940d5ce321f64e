"""Who is held for a failure: those that the evidence names first, and of equals the one that costs the least."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from torch_starter.core.trial import Failure, Strength, Suspect
from torch_starter.search.hypotheses import (
    MOST_GUESSED,
    Place,
    ask,
    newer_than_before,
    since_before,
)
from torch_starter.search.ladder import Reply, Rung
from torch_starter.search.world import Aim, Candidate
from unit.search.worlds import Break, Small, blaming, minors

STRENGTHS: tuple[Strength, ...] = ("said", "raised", "paired", "concerned", "needed")
FIVE = ("alpha", "beta", "gamma", "delta", "eta")
PLAIN = Aim(FIVE)
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def asked(
    suspects: tuple[Suspect, ...], answer: Callable[[Mapping[str, str]], bool], aim: Aim = PLAIN, **more: object
) -> tuple[Rung | None, list[dict[str, str]]]:
    """What is asked of a world of five packages, two releases each, and the answer."""
    world = Small({name: minors(2) for name in FIVE})
    place = Place({}, Candidate(dict.fromkeys(FIVE, "1.1")), frozenset(more.pop("refused", ())))  # type: ignore[call-overload]
    asking, seen = ask(world, aim, place, Failure("imports.x", "line", suspects, **more)), []  # type: ignore[arg-type]
    try:
        bounds = next(asking)
        while True:
            seen.append(dict(bounds))
            candidate = world.propose(bounds)
            assert candidate is not None
            bounds = asking.send(Reply(answer(candidate.versions), candidate.versions))
    except StopIteration as end:
        return end.value, seen


def mended_by(*names: str) -> Callable[[Mapping[str, str]], bool]:
    return lambda versions: all(versions[name] == "1.0" for name in names)


def never(versions: Mapping[str, str]) -> bool:
    return False


def test_the_stronger_the_evidence_the_earlier() -> None:
    suspects = tuple(Suspect(name, strength, "") for name, strength in zip(FIVE[::-1], STRENGTHS, strict=True))
    rung, seen = asked(suspects, never)
    assert rung is None
    said, raised, paired, concerned, needed = ({name: "<=1.0"} for name in FIVE[::-1])
    assert seen == [said, *sorted((raised, paired), key=lambda b: FIVE.index(next(iter(b))), reverse=True), concerned, needed]


def test_the_first_that_mends_it_is_held_and_no_other_is_asked() -> None:
    assert asked(blaming(FIVE, gamma="raised", beta="concerned"), mended_by("beta")) == (
        Rung("beta", "1.0", "1.1"),
        [{"gamma": "<=1.0"}, {"beta": "<=1.0"}],
    )


def test_a_package_that_led_nowhere_is_not_asked_again_for_that_failure() -> None:
    suspects = blaming((), gamma="raised", beta="raised")
    assert asked(suspects, never, refused=[("imports.x", "gamma")])[1] == [{"beta": "<=1.0"}]
    assert len(asked(suspects, never, refused=[("imports.y", "gamma")])[1]) == 2


def test_one_that_is_too_old_already_is_not_made_older() -> None:
    assert asked(blaming((), gamma="raised", beta="raised"), never, spared=("beta",))[1] == [{"gamma": "<=1.0"}]


def test_without_a_proven_set_only_so_many_are_guessed() -> None:
    names = [f"p{number}" for number in range(MOST_GUESSED + 3)]
    world = Small({name: minors(2) for name in names}, [Break("commands.1", {names[-1]: ">=1.1"}, blaming(names))])
    assert world.search().found is None
    assert world.sets == MOST_GUESSED + 1
    assert world.search(before=dict.fromkeys(names, "1.0")).found is not None


def test_a_preferred_package_stays_where_others_mend_it_too() -> None:
    suspects = blaming(("beta", "gamma", "delta"), alpha="raised")
    rung, seen = asked(suspects, mended_by("gamma"), Aim(("alpha",), ("alpha",)))
    assert rung == Rung("gamma", "1.0", "1.1")
    assert seen[0] == {"alpha": "==1.1", "beta": "<=1.0", "gamma": "<=1.0", "delta": "<=1.0"}
    assert all("alpha" not in bounds or bounds["alpha"] == "==1.1" for bounds in seen)


def test_a_preferred_package_goes_where_no_others_mend_it() -> None:
    rung, seen = asked(blaming(("beta",), alpha="raised"), mended_by("alpha"), Aim(("alpha",), ("alpha",)))
    assert rung == Rung("alpha", "1.0", "1.1")
    assert seen == [{"alpha": "==1.1", "beta": "<=1.0"}, {"alpha": "<=1.0"}]


def test_of_two_preferred_ones_the_later_goes() -> None:
    named = blaming((), alpha="raised", beta="concerned")
    rung, _ = asked(named, lambda v: "1.0" in (v["alpha"], v["beta"]), Aim(("alpha", "beta"), ("alpha", "beta")))
    assert rung == Rung("beta", "1.0", "1.1")
    rung, seen = asked(named, lambda v: "1.0" in (v["alpha"], v["beta"]), Aim(("beta", "alpha"), ("beta", "alpha")))
    assert rung == Rung("alpha", "1.0", "1.1")
    assert seen == [{"alpha": "<=1.0"}]


def test_what_changed_since_the_proven_set_is_put_back_those_that_are_named_first() -> None:
    before = Aim(("alpha", "beta"), before=dict.fromkeys(FIVE, "1.0"))
    rung, seen = asked(blaming(("eta", "beta")), mended_by("eta"), before)
    assert rung == Rung("eta", "1.0", "1.1")
    assert seen[0] == {"eta": "<=1.0", "beta": "<=1.0"}
    rung, seen = asked(blaming(("eta", "beta")), mended_by("alpha"), before)
    assert rung == Rung("alpha", "1.0", "1.1")


def test_of_two_of_which_either_mends_it_the_less_wanted_one_is_held() -> None:
    for order in (FIVE, FIVE[::-1]):
        rung, _ = asked((), lambda v: "1.0" in (v["alpha"], v["eta"]), Aim(order, before=dict.fromkeys(FIVE, "1.0")))
        assert rung is not None
        assert rung.package == ("eta" if order == FIVE else "alpha")


def test_where_two_are_at_fault_one_is_held_beside_the_other() -> None:
    rung, _ = asked(blaming(FIVE), mended_by("alpha", "eta"), Aim(FIVE, before=dict.fromkeys(FIVE, "1.0")))
    assert rung is not None
    assert rung.package in ("alpha", "eta")


def test_only_what_is_newer_than_in_the_proven_set_can_be_put_back() -> None:
    aim = Aim(before={"alpha": "1.0", "beta": "1.1", "gamma": "1.2", "gone": "1.0"})
    place = Place({}, Candidate(dict.fromkeys(FIVE, "1.1")))
    assert newer_than_before(aim, place) == ["alpha"]
    refused = Place({}, place.candidate, frozenset({("x", "alpha")}))
    world = Small({name: minors(2) for name in FIVE})
    assert not list(since_before(world, aim, refused, Failure("x", "l"), []))
