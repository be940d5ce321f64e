"""The parts of a step: each second is counted once, whatever begins and ends in whatever order."""

from __future__ import annotations

import threading
import time

from hypothesis import given
from hypothesis import strategies as some

from torch_starter.harness.phases import PARTS, Phases, statm

ACTS = some.lists(some.tuples(some.booleans(), some.sampled_from(PARTS)), max_size=30)


@given(ACTS, ACTS)
def test_parts_are_never_more_than_the_step_and_never_less_than_nothing(
    first: list[tuple[bool, str]], then: list[tuple[bool, str]]
) -> None:
    """Ends without a beginning, and what is left open by an error, do not spoil the next step."""
    phases = Phases()
    phases.told()
    for acts in (first, then):
        for begins, part in acts:
            (phases.begin if begins else phases.end)(part)
        told = phases.told()
        assert all(told[part] >= 0 for part in PARTS)
        assert sum(told[part] for part in PARTS) <= told["wall"] + 1e-6


def test_what_is_in_another_part_is_taken_off_it() -> None:
    phases = Phases()
    phases.told()
    phases.begin("optimizer")
    phases.begin("forward")  # as in a closure
    end = time.perf_counter() + 0.02
    while time.perf_counter() < end:
        pass
    phases.end("forward")
    phases.end("optimizer")
    told = phases.told()
    assert told["forward"] >= 0.02
    assert told["optimizer"] < 0.02


def test_a_part_that_goes_on_is_told_as_far_as_it_is() -> None:
    phases = Phases()
    phases.told()
    phases.begin("data")
    end = time.perf_counter() + 0.01
    while time.perf_counter() < end:
        pass
    assert phases.told()["data"] >= 0.01
    assert phases.told()["data"] < 0.01


def test_who_wants_to_know_is_told_of_beginnings_and_ends() -> None:
    phases = Phases()
    seen: list[tuple[str, bool]] = []
    phases.changed = lambda part, begins: seen.append((part, begins))
    phases.begin("forward")
    phases.end("forward")
    phases.end("backward")
    assert seen == [("forward", True), ("forward", False)]


def test_the_resident_size_is_told_again_and_again() -> None:
    memory = statm()
    assert memory() > 1 << 20
    kept = bytes(1 << 24)
    assert memory() - memory() < len(kept)


def test_what_another_thread_does_holds_nothing_up() -> None:
    phases = Phases()
    phases.told()
    phases.begin("forward")

    def fetch() -> None:
        phases.begin("data")
        phases.end("data")
        phases.end("forward")

    ahead = threading.Thread(target=fetch)
    ahead.start()
    ahead.join()
    assert phases.open == ["forward"]
    phases.end("forward")
    assert phases.told()["data"] == 0


def test_steps_may_be_done_in_a_thread() -> None:
    phases = Phases()
    seen = []

    def train() -> None:
        phases.told()
        phases.begin("data")
        phases.end("data")
        seen.append(phases.told()["data"])

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert seen[0] > 0
