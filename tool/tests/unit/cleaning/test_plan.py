from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_starter.cleaning.plan import ENOUGH, YOUNG, Fate, key, plan
from torch_starter.cleaning.wishes import Wishes
from torch_starter.core.cached import Part

NOW = 1_000_000.0
SIZES = st.integers(0, 1000)


@st.composite
def parts_of(draw: st.DrawFn) -> list[Part]:
    """Parts of a few caches, some of them with pieces."""
    found: list[Part] = []
    for number in range(draw(st.integers(0, 12))):
        whole = Part(
            cache=draw(st.sampled_from("abc")),
            name=f"p{number}",
            size=draw(SIZES),
            used=NOW - draw(SIZES),
            kept=draw(st.sampled_from(["", "", "", "it is current"])),
            named=draw(st.sampled_from([False, False, True])),
        )
        found.append(whole)
        if whole.size and draw(st.booleans()):
            piece = {"name": f"{whole.name} (old)", "within": whole.name, "size": draw(st.integers(0, whole.size))}
            found.append(msgspec.structs.replace(whole, **piece, used=whole.used - draw(SIZES)))
    return found


WISHES = st.builds(
    Wishes,
    older_than=st.sampled_from([0.0, 0.0, 100.0, 500.0]),
    keep=st.none() | st.integers(0, 3000),
    only=st.sampled_from([(), (), ("a",), ("a", "b"), ("a/p0",)]),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Part], Wishes, dict[tuple[str, str], str]]:
    parts = draw(parts_of())
    busy = {key(part): "process 7 uses it" for part in parts if draw(st.integers(0, 5)) == 0}
    return parts, draw(WISHES), busy


def left_of(fates: list[Fate]) -> int:
    """The bytes of what could go and does not: a piece counts with what it is a piece of, where that may go."""
    may = [each for each in fates if each.goes or each.why == ENOUGH]
    whole = {key(each.part) for each in may if not each.part.within}
    stays = sum(each.part.size for each in may if not each.goes and (each.part.cache, each.part.within) not in whole)
    gone = sum(each.part.size for each in may if each.goes and (each.part.cache, each.part.within) in whole)
    return stays - gone


@settings(max_examples=300)
@given(cases())
def test_what_must_stay_stays_whatever_is_wished(case: tuple[list[Part], Wishes, dict[tuple[str, str], str]]) -> None:
    parts, wishes, busy = case
    for each in plan(parts, wishes, busy, NOW):
        part = each.part
        assert wishes.asks(part)
        assert each.goes or each.why
        if each.goes:
            assert not part.kept
            assert key(part) not in busy
            assert not part.named or wishes.names(part)
            assert part.used <= NOW - wishes.older_than
        assert each.used == (each.why == busy.get(key(part)))


@settings(max_examples=300)
@given(cases())
def test_what_is_left_is_small_enough_and_no_more_goes_than_must(
    case: tuple[list[Part], Wishes, dict[tuple[str, str], str]],
) -> None:
    parts, wishes, busy = case
    fates = plan(parts, wishes, busy, NOW)
    staying = [each for each in fates if each.why == ENOUGH]
    if wishes.keep is None:
        assert not staying
        return
    assert left_of(fates) <= wishes.keep
    going = [each.part for each in fates if each.goes]
    if staying and going:
        assert max(part.used for part in going) <= min(each.part.used for each in staying)


def part(name: str, used: float, **more: object) -> Part:
    return msgspec.structs.replace(Part(cache="a", name=name, size=100, used=used), **more)


def gone(fates: list[Fate]) -> list[str]:
    return [each.part.name for each in fates if each.goes]


def test_the_least_recently_used_goes_first() -> None:
    parts = [part("new", 30), part("old", 10), part("middle", 20)]
    assert gone(plan(parts, Wishes(keep=100), {}, NOW)) == ["old", "middle"]
    assert gone(plan(parts, Wishes(keep=299), {}, NOW)) == ["old"]
    assert gone(plan(parts, Wishes(keep=300), {}, NOW)) == []
    assert gone(plan(parts, Wishes(), {}, NOW)) == ["new", "old", "middle"]


def test_of_what_is_old_no_more_goes_than_is_wished() -> None:
    parts = [part("new", NOW - 1), part("old", 10), part("older", 5)]
    fates = plan(parts, Wishes(older_than=100, keep=100), {}, NOW)
    assert gone(fates) == ["older"]
    assert [each.why for each in fates] == [YOUNG, ENOUGH, ""]


def test_a_checkpoint_goes_only_where_it_is_named() -> None:
    parts = [part("model", 10, named=True)]
    assert plan(parts, Wishes(), {}, NOW)[0].why == "only where it is named: --only a"
    assert gone(plan(parts, Wishes(only=("a",)), {}, NOW)) == ["model"]
    assert gone(plan(parts, Wishes(only=("a/model",)), {}, NOW)) == ["model"]
    assert plan(parts, Wishes(only=("b",)), {}, NOW) == []


def test_a_piece_goes_with_what_it_is_a_piece_of_or_alone() -> None:
    parts = [part("model", 20), part("model (old)", 10, within="model", size=40)]
    together = plan(parts, Wishes(), {}, NOW)
    assert gone(together) == ["model"]
    assert together[1].why == "it goes with model"
    assert gone(plan(parts, Wishes(keep=60), {}, NOW)) == ["model (old)"]
    assert gone(plan(parts, Wishes(), {("a", "model"): "process 7 uses it"}, NOW)) == ["model (old)"]
