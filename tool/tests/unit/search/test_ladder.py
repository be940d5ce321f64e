"""How far back a package must go: whatever the releases are, the newest good one is found, in few trials."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from torch_starter.search.ladder import (
    MOST_RELEASES,
    Reply,
    Rung,
    between,
    descend,
    down,
    far_down,
    floor_first,
    range_of,
    within_line,
)
from torch_starter.search.world import Bounds
from unit.search.worlds import Small, minors, within

PATCHED = ["1.0.0", "1.0.1", "1.1.0", "1.1.1", "1.1.2", "1.2.0", "1.4.0", "1.4.1", "2.0.0", "2.1.0", "2.1.1", "2.1.2", "2.1.3"]
HIGHEST = {"beta": "9"}


def walk[T](
    asking: Generator[Bounds, Reply, T], releases: Sequence[str], good: Callable[[str], bool | None]
) -> tuple[T, list[str]]:
    """Answer what is asked about one package, always by its newest release within the bounds. The answer, and what was tried."""
    tried = []
    try:
        bounds = next(asking)
        while True:
            assert {name: bounds[name] for name in HIGHEST} == HIGHEST
            version = max((each for each in releases if within(each, bounds["alpha"])), key=Version)
            tried.append(version)
            bounds = asking.send(Reply(good(version), {"alpha": version, "beta": "9"}))
    except StopIteration as end:
        return end.value, tried


@given(st.integers(1, len(PATCHED) - 1))
def test_the_newest_good_release_is_found_from_above(first_bad: int) -> None:
    world = Small({"alpha": PATCHED})
    rung, tried = walk(descend(world, "alpha", PATCHED[-1], HIGHEST), PATCHED, lambda v: Version(v) < Version(PATCHED[first_bad]))
    assert rung == Rung("alpha", PATCHED[first_bad - 1], PATCHED[first_bad])
    assert len(tried) == len(set(tried))


@given(st.integers(1, len(PATCHED) - 1))
def test_the_newest_good_release_is_found_from_below(first_bad: int) -> None:
    world = Small({"alpha": PATCHED})
    asking = floor_first(world, "alpha", PATCHED[-1], PATCHED[0], HIGHEST)
    rung, tried = walk(asking, PATCHED, lambda v: Version(v) < Version(PATCHED[first_bad]))
    assert rung == Rung("alpha", PATCHED[first_bad - 1], PATCHED[first_bad])
    assert tried[0] == PATCHED[0]
    assert len(tried) == len(set(tried))


@given(st.integers(2, 40), st.data())
def test_the_trials_grow_with_the_logarithm_of_the_way_back(count: int, data: st.DataObject) -> None:
    releases = minors(count)
    back = data.draw(st.integers(1, count - 1), "how many are bad")
    _, tried = walk(
        descend(Small({"alpha": releases}), "alpha", releases[-1], HIGHEST), releases, lambda v: v in releases[: count - back]
    )
    assert len(tried) <= 2 * math.log2(back + 1) + 2
    _, tried = walk(
        floor_first(Small({"alpha": releases}), "alpha", releases[-1], releases[0], HIGHEST),
        releases,
        lambda v: v in releases[: count - back],
    )
    assert len(tried) <= math.log2(count) + 2


def test_steps_grow_on_the_way_down_and_nothing_is_left_out_at_the_end() -> None:
    rung, tried = walk(descend(Small({"alpha": minors(16)}), "alpha", "1.15", HIGHEST), minors(16), lambda v: False)
    assert rung is None
    assert tried == ["1.14", "1.12", "1.8", "1.0"]


def test_where_the_oldest_fails_the_package_does_not_matter() -> None:
    asking = floor_first(Small({"alpha": minors(9)}), "alpha", "1.8", "1.2", HIGHEST)
    assert walk(asking, minors(9), lambda v: False) == (None, ["1.2"])


def test_a_set_that_nothing_is_seen_of_is_no_good_one() -> None:
    rung, tried = walk(
        descend(Small({"alpha": minors(4)}), "alpha", "1.3", HIGHEST), minors(4), lambda v: None if v == "1.2" else True
    )
    assert (rung, tried) == (Rung("alpha", "1.1", "1.2"), ["1.2", "1.0", "1.1"])


def test_the_good_version_is_the_one_that_was_there() -> None:
    """Others may not let it have the release that was asked for."""
    asking = descend(Small({"alpha": minors(9)}), "alpha", "1.8", {})
    assert next(asking) == {"alpha": "<=1.7"}
    asked = asking.send(Reply(True, {"alpha": "1.5"}))
    assert asked == {"alpha": "<=1.6"}
    with pytest.raises(StopIteration) as end:
        asking.send(Reply(False, {"alpha": "1.6"}))
    assert end.value.value == Rung("alpha", "1.5", "1.6")


def test_between_two_the_good_version_is_the_one_that_was_there_too() -> None:
    asking = between(Small({"alpha": minors(9)}), "alpha", "1.0", "1.8", {})
    assert next(asking) == {"alpha": "<=1.4"}
    assert asking.send(Reply(True, {"alpha": "1.2"})) == {"alpha": "<=1.6"}
    assert asking.send(Reply(False, {})) == {"alpha": "<=1.5"}
    assert asking.send(Reply(False, {})) == {"alpha": "<=1.3"}  # what is between the one that was there and the first that is bad
    with pytest.raises(StopIteration) as end:
        asking.send(Reply(False, {}))
    assert end.value.value == Rung("alpha", "1.2", "1.3")


def test_minor_releases_are_told_apart_before_their_patches() -> None:
    releases = [f"1.{minor}.{patch}" for minor in range(4) for patch in range(9)]
    asking = between(Small({"alpha": releases}), "alpha", "1.0.8", "1.3.8", HIGHEST)
    rung, tried = walk(asking, releases, lambda v: Version(v) <= Version("1.2.3"))
    assert rung == Rung("alpha", "1.2.3", "1.2.4")
    assert tried[:2] == ["1.1.8", "1.2.8"]
    assert all(each.startswith("1.2.") for each in tried[2:])


def test_between_neighbours_nothing_is_asked() -> None:
    assert walk(between(Small({"alpha": minors(9)}), "alpha", "1.3", "1.4", HIGHEST), minors(9), bool) == (
        Rung("alpha", "1.3", "1.4"),
        [],
    )


@pytest.mark.parametrize(
    ("steps", "found"), [(1, "2.0.0"), (2, "1.4.1"), (3, "1.2.0"), (5, "1.0.1"), (6, "1.0.1"), (99, "1.0.1")]
)
def test_so_many_minor_releases_down_or_the_last(steps: int, found: str) -> None:
    assert down(Small({"alpha": PATCHED}), "alpha", "2.1.2", steps) == found


def test_below_the_oldest_is_nothing() -> None:
    assert down(Small({"alpha": PATCHED}), "alpha", "1.0.1", 3) is None
    assert far_down(Small({"alpha": PATCHED}), "alpha", "1.0.0") is None


def test_far_down_is_a_dozen_minor_releases() -> None:
    assert far_down(Small({"alpha": minors(40)}), "alpha", "1.30") == "1.18"


def test_where_there_is_no_older_minor_release_older_patches_are_far_down() -> None:
    patches = [f"1.0.{number}" for number in range(20)]
    assert far_down(Small({"alpha": patches}), "alpha", "1.0.3") == "1.0.0"
    assert far_down(Small({"alpha": patches}), "alpha", "1.0.19") == "1.0.7"
    assert within_line(Small({"alpha": patches}), "alpha", "1.0.0") is None


def test_the_releases_between_two_are_those_of_their_lines_or_all() -> None:
    world = Small({"alpha": PATCHED})
    assert range_of(world, "alpha", "1.1.0", "2.1.3", True) == ["2.0.0", "1.4.1", "1.2.0", "1.1.2"]
    assert range_of(world, "alpha", "1.1.0", "1.2.0", False) == ["1.1.2", "1.1.1"]
    assert len(range_of(Small({"alpha": minors(300)}), "alpha", "1.0", "1.299", True)) == MOST_RELEASES
