"""What is derived from the steps of a profile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from torch_starter.core.profile import Frame, Mode, Process, Stack, Stacks, Step

MODES: tuple[Mode, ...] = ("warm", "bare", "sampled", "traced", "called")
SPENT = some.floats(0.001, 1)


def steps(*rows: tuple[Mode, float]) -> tuple[Step, ...]:
    return tuple(Step(mode=mode, wall=cpu, cpu=cpu) for mode, cpu in rows)


def test_what_looking_costs_is_held_against_the_bare_steps_beside_it() -> None:
    """The machine becomes twice as slow on the way: that is no cost of looking."""
    process = Process(steps=steps(("bare", 1), ("sampled", 1.1), ("bare", 1), ("bare", 2), ("sampled", 2.2), ("bare", 2)))
    assert process.overhead("sampled") == pytest.approx(1.1, abs=0.05)
    assert process.overhead("traced") is None


def test_without_bare_steps_nothing_is_said_of_what_looking_costs() -> None:
    assert Process(steps=steps(("warm", 1), ("sampled", 2))).overhead("sampled") is None


def test_a_step_takes_what_it_takes_when_nothing_looks() -> None:
    assert Process(steps=steps(("warm", 9), ("bare", 1), ("bare", 3), ("sampled", 8))).step == 2
    assert Process(steps=steps(("warm", 9))).step == 9
    assert Process().step == 0


@given(some.lists(some.tuples(some.sampled_from(MODES), SPENT), max_size=30))
def test_parts_add_up_to_the_mean_step(rows: list[tuple[Mode, float]]) -> None:
    told = tuple(Step(mode=mode, wall=wall, data=wall / 2, forward=wall / 4) for mode, wall in rows)
    process = Process(steps=told)
    assert sum(process.parts.values()) == pytest.approx(process.mean)
    if rows:
        assert process.share("data") == pytest.approx(0.5)
    for mode in MODES:
        assert process.overhead(mode) is None or 0 < (process.overhead(mode) or 0) < 1001


def test_time_is_of_the_innermost_line_of_the_users() -> None:
    frames = (Frame("main", "train.py", 3, True), Frame("forward", "model.py", 9, True), Frame("linear", "torch/nn.py", 1))
    stacks = Stacks(frames=frames, stacks=(Stack((0, 1, 2), 3.0), Stack((0, 2), 1.0), Stack((2,), 5.0)))
    assert {str(place): seconds for place, seconds in stacks.lines().items()} == {"model.py:9": 3.0, "train.py:3": 1.0}
    assert stacks.under(["nn.py:linear"]) == 9.0
    assert stacks.under(["forward", "linear"]) == 9.0
    assert stacks.under(["nobody"]) == 0
