"""Flame graphs and timelines: what their data on a page are."""

from __future__ import annotations

import msgspec
import pytest

from torch_starter.core.profile import Event, Frame, Stack, Stacks
from unit.show import _profiled, _profiles
from unit.show.test_profile_page import pictures, taken_apart


def test_a_flame_graph_has_what_was_seen_and_what_is_too_small_is_one_box() -> None:
    (flame,) = [each for each in pictures(taken_apart(_profiled.full())) if each["id"] == "flame"]
    nodes = [flame["nodes"][at : at + 3] for at in range(0, len(flame["nodes"]), 3)]
    profile = _profiled.full().profile
    assert profile is not None
    assert len(nodes) <= 4000
    whole = sum(size for depth, _, size in nodes if depth == 0)
    assert whole == pytest.approx(1e6 * profile.main.stacks.seconds, rel=1e-3)
    assert any(name == -1 for _, name, _ in nodes)
    assert min(size for _, name, size in nodes if name >= 0) >= 0.00099 * whole
    assert {depth for depth, _, _ in nodes} == set(range(max(depth for depth, _, _ in nodes) + 1))


def test_lines_of_the_user_are_apart_and_functions_of_packages_are_one() -> None:
    frames = (Frame("f", "a.py", 1, own=True), Frame("f", "a.py", 2, own=True), Frame("g", "b.py", 1), Frame("g", "b.py", 2))
    seen = Stacks(frames=frames, stacks=(Stack((0, 2), 1.0), Stack((0, 3), 2.0), Stack((1,), 3.0)))
    told = _profiles.process(_profiles.DATA_BOUND, stacks=seen)
    (flame,) = [each for each in pictures(taken_apart(_profiles.report(_profiles.profile(told)))) if each["id"] == "flame"]
    assert flame["names"] == [["f", "a.py:1", 0], ["g", "b.py", 3], ["f", "a.py:2", 0]] or sorted(flame["names"]) == [
        ["f", "a.py:1", 0],
        ["f", "a.py:2", 0],
        ["g", "b.py", 3],
    ]
    assert sorted(flame["nodes"][2::3]) == [3_000_000, 3_000_000, 3_000_000]


def test_a_deep_recursion_is_cut() -> None:
    seen = Stacks(frames=(Frame("f", "a.py", 1, own=True),), stacks=(Stack((0,) * 3000, 1.0),))
    told = _profiles.process(_profiles.DATA_BOUND, stacks=seen)
    shown = pictures(taken_apart(_profiles.report(_profiles.profile(told))))
    assert len(next(each for each in shown if each["id"] == "flame")["nodes"]) == 3 * 160


def test_a_timeline_keeps_the_longest_and_says_how_many_it_leaves_out() -> None:
    found = _profiled.data_bound().profile
    assert found is not None
    events = (Event("step", "step 1", 0.0, 9.0), *(Event("operation", "x", n * 1e-3, n * 1e-3 + 1e-6 * n) for n in range(7000)))
    told = msgspec.structs.replace(found.main, events=events)
    shown = taken_apart(_profiles.report(msgspec.structs.replace(found, processes=(told,))))
    (timeline,) = [each for each in pictures(shown) if each["kind"] == "timeline"]
    assert sum(len(row["events"]) // 4 for row in timeline["rows"]) == 5000
    assert "2001 short events are left out" in shown.text
