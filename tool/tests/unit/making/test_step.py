"""How far packages move."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.making.step import KINDS, Kind, Step, steps

VERSIONS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1.0", "1.0.0", "1.0.1", "1.1", "2.0rc1", "1!0.1"]))


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        ("1.9.9", "2.0", "major"),
        ("1.9.9", "2.0rc1", "major"),
        ("9.0", "1!1.0", "major"),
        ("2024.6", "2025.1", "major"),
        ("1.2", "1.3.0", "minor"),
        ("1", "1.1", "minor"),
        ("1.2.3", "1.2.4", "patch"),
        ("1.2rc1", "1.2", "patch"),
        ("1.2", "1.2.post1", "patch"),
        ("2.4.0+cu121", "2.4.0+cpu", "patch"),
        ("2.4.0+cpu", "2.5.0", "minor"),
        ("2.0", "1.9", "down"),
        ("1.2", "1.2rc1", "down"),
        ("1!1.0", "9.0", "down"),
        ("", "1.0", "added"),
        ("1.0", "", "removed"),
    ],
)
def test_a_step_is_of_a_kind(was: str, now: str, kind: Kind) -> None:
    assert Step("a", was, now).kind == kind


def test_the_largest_step_comes_first_and_of_each_kind_what_was_asked_for() -> None:
    before = {"a": "1.0", "b": "1.0", "c-c": "1.0", "d": "1.0", "e": "1.0", "f": "2.0", "h": "1.0"}
    after = {"a": "1.0.1", "b": "2.0", "c-c": "3.0", "d": "1.1", "f": "1.0", "g": "1.0", "h": "1.0.0"}
    moved = steps(before, after, direct=("C_C", "g"))
    assert [(step.name, step.kind) for step in moved] == [
        ("c-c", "major"),
        ("b", "major"),
        ("d", "minor"),
        ("a", "patch"),
        ("f", "down"),
        ("g", "added"),
        ("e", "removed"),
    ]


@given(VERSIONS, VERSIONS)
def test_there_and_back_are_the_same_packages(before: dict[str, str], after: dict[str, str]) -> None:
    there, back = steps(before, after), steps(after, before)
    assert {(step.name, step.was, step.now) for step in there} == {(step.name, step.now, step.was) for step in back}
    order = [KINDS.index(step.kind) for step in there]
    assert order == sorted(order)
    assert not steps(before, before)
