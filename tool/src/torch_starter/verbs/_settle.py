"""A switch that was stopped half way is finished before anything else looks at the locks or the environment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from torch_starter.core.ask import Ask
from torch_starter.core.problems import Problem
from torch_starter.making.switching import Switch
from torch_starter.verbs import _plan


def switch(ask: Ask) -> Switch:
    """The switch of this project on this platform."""
    return Switch(ask.project, ask.machine.files, _plan.environments(ask))


def settle(ask: Ask) -> None:
    """For a verb that only looks: where it cannot be finished, that is said, and the verb goes on. Not under the lock."""
    if not switch(ask).journal.exists():
        return
    try:
        with held(ask):  # a journal may also be of a command that is switching just now: wait for it
            pass
    except Problem as problem:
        ask.progress.say(f"A switch of environment and locks that was stopped half way cannot be finished: {problem.message}")


@contextlib.contextmanager
def held(ask: Ask) -> Iterator[None]:
    """For a verb that changes locks or environments: the lock is held, and nothing is half switched."""
    with ask.machine.files.lock(ask.project.home / "lock", ask.progress.say):
        if said := switch(ask).finish():
            ask.progress.say(said)
        yield
