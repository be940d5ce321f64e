"""What is tried, in which order, and why the rest is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Bound, Subject, Value
from torch_starter.tuning.choices import plan
from unit.tuning.told import subject


def setting(name: str, *bounds: Bound, labels: tuple[str, ...] = ("on",), **more: Any) -> Setting:
    return Setting(
        **{
            "name": name,
            "title": name,
            "about": "",
            "safety": "rounding",
            "bounds": bounds,
            "available": lambda subject: [Value(label) for label in labels],
            "read": lambda effect: "",
            "source": "",
            **more,
        }
    )


def absent(subject: Subject) -> Iterable[Value]:
    raise Absent("there is no loader")


HERE = subject({"data": 0.6, "compute": 0.3, "memory": 0.01})
BINDING: set[Bound] = {"data", "compute", "threads"}


def test_what_helps_with_most_of_it_comes_first_and_second_guesses_later() -> None:
    settings = [setting("b", "compute"), setting("a", "data", labels=("2", "1"))]
    assert [each.name for each in plan(settings, HERE, BINDING, ()).choices] == ["a 2", "a 1", "b on"]


def test_what_helps_with_something_else_is_not_tried() -> None:
    found = plan([setting("m", "memory")], HERE, BINDING, ())
    assert not found.choices
    assert [(each.outcome, each.why) for each in found.left] == [
        ("not tried", "it helps with what does not bind here: memory 1 %")
    ]


def test_what_does_not_apply_says_the_fact() -> None:
    found = plan([setting("w", "data", available=absent)], HERE, BINDING, ())
    assert [(each.setting, each.outcome, each.why) for each in found.left] == [("w", "not tried", "there is no loader")]


def test_fewer_digits_are_for_the_user_to_allow() -> None:
    precise = setting("p", "compute", safety="precision")
    assert "--allow precision" in plan([precise], HERE, BINDING, ()).left[0].why
    assert [each.name for each in plan([precise], HERE, BINDING, ("precision",)).choices] == ["p on"]


def test_what_changes_the_training_is_only_suggested() -> None:
    found = plan([setting("s", "compute", safety="semantics", edit="try a larger batch")], HERE, BINDING, ("precision",))
    assert [(each.outcome, each.why) for each in found.left] == [("suggested", "try a larger batch")]


def test_an_order_does_not_depend_on_that_of_files() -> None:
    settings = [setting("a", "compute"), setting("b", "data")]
    both = (plan(settings, HERE, BINDING, ()), plan(settings[::-1], replace(HERE), BINDING, ()))
    assert [each.name for each in both[0].choices] == [each.name for each in both[1].choices] == ["b on", "a on"]
