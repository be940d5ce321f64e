from __future__ import annotations

import importlib
import json
import pkgutil
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

import torch_starter.facts
from torch_starter.core.facts import Absent, Fact, Facts, Unknown, record, replay
from torch_starter.core.machine import Machine
from torch_starter.facts.disk import Disk
from torch_starter.facts.gpu import Gpu
from torch_starter.testing import machine_with
from unit.machines import local_files

for info in pkgutil.iter_modules(torch_starter.facts.__path__):
    importlib.import_module(f"torch_starter.facts.{info.name}")
KINDS = [kind for kind in Fact.__subclasses__() if kind.__module__.startswith("torch_starter.facts.")]
REASONS = st.builds(Absent, st.text()) | st.builds(Unknown, st.text())


class Counted(Fact, frozen=True):
    """A fact that counts how often it was looked for."""

    key: ClassVar[str] = "counted"
    looked: ClassVar[list[Machine]] = []
    number: int

    @classmethod
    def gather(cls, machine: Machine) -> Counted:
        cls.looked.append(machine)
        return cls(number=len(cls.looked))


class Never(Fact, frozen=True):
    """A fact that is not here."""

    key: ClassVar[str] = "never"
    looked: ClassVar[list[Machine]] = []

    @classmethod
    def gather(cls, machine: Machine) -> Never:
        cls.looked.append(machine)
        raise Absent("not on this machine")


def test_a_fact_is_gathered_when_it_is_asked_for_and_once() -> None:
    Counted.looked.clear()
    facts = Facts(local_files())
    assert Counted.looked == []
    assert facts[Counted] is facts[Counted]
    assert len(Counted.looked) == 1


def test_what_is_not_here_is_asked_for_once_and_keeps_its_reason() -> None:
    Never.looked.clear()
    facts = Facts(local_files())
    for _ in range(2):
        with pytest.raises(Absent, match="not on this machine"):
            facts[Never]
    assert len(Never.looked) == 1
    assert facts.as_dict() == {"never": {"absent": "not on this machine"}}


def test_what_nothing_gathers_is_unknown() -> None:
    class Nothing(Fact, frozen=True):
        key: ClassVar[str] = "nothing"

    with pytest.raises(Unknown, match="nothing gathers nothing"):
        Facts(local_files())[Nothing]


def test_recorded_facts_are_replayed_and_not_gathered() -> None:
    assert Facts(machine_with(Disk(free=3)))[Disk].free == 3


def test_what_a_recording_lacks_is_unknown() -> None:
    with pytest.raises(Unknown, match="not in this recording"):
        Facts(machine_with(Disk(free=3)))[Gpu]


def test_every_file_of_facts_that_defines_one_was_found() -> None:
    assert {kind.key for kind in KINDS} >= {"cpu", "disk", "gpu", "limits", "memory", "system"}
    assert len({kind.key for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
@given(data=st.data())
def test_a_fact_comes_back_from_its_recording(kind: type[Fact], data: st.DataObject) -> None:
    fact = data.draw(st.from_type(kind))
    assert repr(replay(kind, through_json(kind, fact))) == repr(fact)  # nan is not equal to itself


@given(REASONS)
def test_the_reason_of_a_missing_fact_comes_back_from_its_recording(reason: Absent | Unknown) -> None:
    with pytest.raises(type(reason)) as raised:
        replay(Gpu, through_json(Gpu, reason))
    assert str(raised.value) == str(reason)


def through_json(kind: type[Fact], value: Fact | Absent | Unknown) -> dict[str, Any]:
    recording: dict[str, Any] = json.loads(json.dumps({kind.key: record(value)}))
    return recording
