"""Why we may not look into a process, and what mends it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_starter.core.ask import Ask
from torch_starter.core.profile import Frame
from torch_starter.core.project import Project
from torch_starter.facts.system import System
from torch_starter.facts.tracing import Tracing
from torch_starter.looking.py_spy import Thread
from torch_starter.testing import NoProgress, machine_with
from torch_starter.verbs import _attached, _spying
from torch_starter.verbs._seeing import First

OWN, OTHER = str(os.geteuid()), str(os.geteuid() + 1)


def denied(yama: int = 0, able: bool = False, user: str = OWN, container: bool = False) -> tuple[str, str]:
    system = System("Linux", "6.1", "x86_64", "glibc 2.36", "Debian", wsl=False, container=container)
    machine = machine_with(system, Tracing(capability=able, yama=yama))
    ask = Ask(Project(Path("/nowhere"), "here"), machine, NoProgress(), {"attach": "5"})
    problem = _spying.denied(ask, 5, {"Uid": f"{user}\t{user}"})
    assert (problem.code, problem.exit_code) == ("profile.permission", 3)
    return problem.message, problem.remedy


@pytest.mark.parametrize(("yama", "word"), [(1, "the parent"), (2, "root"), (3, "nothing")])
def test_yama_is_named_with_what_it_allows(yama: int, word: str) -> None:
    why, mend = denied(yama=yama)
    assert f"ptrace_scope is {yama}" in why
    assert word in why
    assert ("boot with" in mend) == (yama == 3)
    assert ("kernel.yama.ptrace_scope=0" in mend) == (yama < 3)


def test_another_user_a_capability_and_a_container_are_named() -> None:
    assert "another user" in denied(user=OTHER)[0]
    assert "--cap-add SYS_PTRACE" in denied(container=True)[1]
    assert "sudo ./dev.sh profile --attach 5" in denied()[1]
    assert "security module" in denied(able=True)[0]


def test_the_more_there_is_to_see_the_less_often_it_is_looked() -> None:
    def first(frames: int) -> dict[int, First]:
        thread = Thread(1, "MainThread", True, True, (Frame("f", "a.py", 1),) * frames)
        return {1: First({}, {}, 0, (thread,), "")}

    assert _attached.rate(first(3)) == _attached.RATE
    assert _attached.rate(first(100)) == 10
    assert _attached.rate(first(100000)) == 1
