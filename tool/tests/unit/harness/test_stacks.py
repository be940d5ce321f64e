"""Stacks as they are told by a thread that looks."""

from __future__ import annotations

import json
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from torch_starter.core.profile import Stacks
from torch_starter.harness.stacks import MOST, Looking, Seen, own, told

FRAMES = some.tuples(
    some.sampled_from("fgh"), some.sampled_from(["/home/x/train.py", "/env/lib/site-packages/y.py"]), some.integers(1, 9)
)


def busy(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def test_a_thread_sees_what_runs_and_for_how_long() -> None:
    looking = Looking(0.002)
    looking.start()
    busy(0.3)
    looking.stop()
    seen = {stack: seconds for stack, seconds in looking.seen.items() if any(frame[0] == "busy" for frame in stack)}
    assert 0.15 < sum(seen.values()) <= 0.4
    before = dict(looking.seen)
    busy(0.05)
    assert looking.seen == before, "nothing looks any more"


def test_what_is_installed_is_not_the_users_own() -> None:
    assert own("/home/x/train.py")
    assert not own("/env/lib/python3.12/site-packages/torch/nn/modules/module.py")
    assert not own(json.__file__)
    assert not own("<string>")
    assert not own("")


@given(some.dictionaries(some.lists(FRAMES, min_size=1, max_size=4).map(tuple), some.floats(0.001, 10), max_size=20))
def test_stacks_are_told_whole_and_the_longest_first(seen: dict[tuple[tuple[str, str, int], ...], float]) -> None:
    stacks = msgspec.json.decode(msgspec.json.encode(told(seen, 0.001, 3)), type=Stacks)
    assert stacks.seconds == pytest.approx(sum(seen.values()))
    walked = {
        tuple((stacks.frames[at].function, stacks.frames[at].file, stacks.frames[at].line) for at in each.frames)
        for each in stacks.stacks
    }
    assert walked == set(seen)
    lengths = [each.seconds for each in stacks.stacks]
    assert lengths == sorted(lengths, reverse=True)
    assert sum(stacks.lines().values()) <= stacks.seconds + 1e-9


def test_of_too_many_the_longest_are_told() -> None:
    seen: Seen = {(("f", "/home/x/train.py", line),): float(line) for line in range(1, MOST + 11)}
    stacks = msgspec.convert(msgspec.json.decode(msgspec.json.encode(told(seen, 0.001, 1))), type=Stacks)
    assert len(stacks.stacks) == MOST
    assert min(each.seconds for each in stacks.stacks) == 11.0
