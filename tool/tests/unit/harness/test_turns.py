"""Turns: what is said of each, and that nothing of ours breaks a script; with a stand-in for torch."""

from __future__ import annotations

import os
import sys
from collections import defaultdict, namedtuple
from types import SimpleNamespace
from typing import Any

import pytest

from torch_starter.harness import _turn_models, _turn_switches
from torch_starter.harness.turns import FILES, Made, Turns

Pair = namedtuple("Pair", "one other")


class Tensor:
    """As much of a tensor as an answer's type needs."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype

    def float(self) -> Tensor:
        return Tensor("float32")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tensor) and other.dtype == self.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)


TORCH = SimpleNamespace(Tensor=Tensor, bfloat16="bfloat16", float16="float16")
HALF, WHOLE, DOUBLE = Tensor("bfloat16"), Tensor("float32"), Tensor("float64")


def fails(*_: Any) -> None:
    raise ValueError("no\nmore")


def test_a_name_that_is_no_turn_is_told_and_nothing_happens() -> None:
    turns = Turns({"sideways": 1})
    turns.before()
    assert turns.done == {"sideways": "no turn of this name is known"}


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system binds no process")
def test_what_the_system_refuses_is_told() -> None:
    turns = Turns({"affinity": [10**5]})
    turns.before()
    assert turns.done["affinity"].startswith(("OSError", "ValueError", "OverflowError"))
    own = Turns({"affinity": sorted(os.sched_getaffinity(0))})
    own.before()
    assert own.done == {"affinity": ""}


def test_without_anything_of_torch_every_turn_says_why() -> None:
    turns = Turns(dict.fromkeys(FILES, 1))
    turns.after_torch(SimpleNamespace())
    assert all(turns.done.values())
    assert "AttributeError" in turns.done["interop_threads"]
    turns.first_forward(SimpleNamespace())
    assert all(turns.done.values())


def test_a_turn_is_made_or_says_why_not() -> None:
    turns = Turns({"loader": {}, "threads": 1, "compile": "default"})
    turns.attempt("loader", lambda value: None)
    turns.attempt("threads", lambda value: f"not {value}")
    turns.attempt("compile", fails)
    turns.attempt("sharing", fails)
    assert turns.done == {"loader": "", "threads": "not 1", "compile": "ValueError: no"}


def test_where_a_turn_fails_the_script_gets_what_it_has_asked_for() -> None:
    turns, made = Turns({"loader": {}}), list[str]()
    turns.either("loader", lambda: made.append("turned"), lambda: made.append("usual"))
    turns.either("loader", fails, lambda: made.append("usual"))
    assert made == ["turned", "usual"]
    assert turns.done["loader"] == "ValueError: no"
    with pytest.raises(ValueError, match="no"):
        turns.either("loader", fails, fails)


def test_what_the_script_says_otherwise_is_noted_once() -> None:
    turns = Turns({})
    turns.made = Made()
    for said in (2, 2, 1):
        turns.overrule("torch.set_num_threads", said, 1)
    assert turns.made.overruled == ["torch.set_num_threads: 1 instead of 2"]


def test_few_things_are_kept() -> None:
    made = Made()
    for number in range(1000):
        made.note("loaders", {"workers": number})
    assert len(made.loaders) == 64


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (HALF, WHOLE),
        (DOUBLE, DOUBLE),
        ([HALF, 3, "x"], [WHOLE, 3, "x"]),
        ((HALF, (WHOLE, None)), (WHOLE, (WHOLE, None))),
        ({"a": HALF, "b": [HALF]}, {"a": WHOLE, "b": [WHOLE]}),
        (Pair(HALF, 1), Pair(WHOLE, 1)),
        (defaultdict(lambda: HALF, a=HALF), defaultdict(lambda: HALF, a=WHOLE)),
    ],
)
def test_answers_are_of_float32_and_of_the_kind_they_were(told: object, wanted: object) -> None:
    found = _turn_models.as_float32(TORCH, told)
    assert found == wanted
    assert type(found) is type(wanted)


def test_a_call_of_torch_itself_is_told_from_one_of_the_script() -> None:
    assert not _turn_switches.by_torch()
    space = {"__name__": "torch.utils.data._utils.worker", "by_torch": _turn_switches.by_torch}
    assert eval("by_torch()", space)
    assert not eval("by_torch()", {**space, "__name__": "torchvision.models"})
    assert "torch" not in sys.modules


def test_threads_that_a_script_sets_are_the_turns_number() -> None:
    said: list[int] = []
    torch = SimpleNamespace(set_num_threads=said.append)
    turns = Turns({"threads": 3})
    turns.made = Made()
    turns.attempt("threads", lambda count: _turn_switches.threads(turns, torch, count))
    assert "did not call" in turns.done["threads"]
    torch.set_num_threads(8)
    eval("set_num_threads(1)", {"__name__": "torch.utils.data", "set_num_threads": torch.set_num_threads})
    assert said == [3, 1]
    assert turns.done["threads"] == ""
    assert turns.made.overruled == ["torch.set_num_threads: 3 instead of 8"]
