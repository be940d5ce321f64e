"""Words of `docker run`, as a dev container has them in runArgs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from torch_starter.core.container_files import Mount, Port, Setting, Variable
from torch_starter.core.container_words import RUN, RUN_SWITCHES
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.report import Place
from torch_starter.parsers import mounts

HERE: Final = "runArgs"
Read = Setting | Mount | Port | Variable


def read(words: Sequence[tuple[str, Place]], debug: bool) -> Iterator[Read]:
    """What the words say. One that takes a value has it behind = or in the next word."""
    waiting = list(words)
    while waiting:
        word, place = waiting.pop(0)
        flag, equals, value = word.partition("=")
        if flag in RUN_SWITCHES:
            yield Setting(RUN_SWITCHES[flag], value or "true", place, word)
        elif flag in RUN:
            if not equals and waiting:
                value = waiting.pop(0)[0]
            yield meant(flag, value, resolved(value), place, debug)


def meant(flag: str, written: str, value: str, place: Place, debug: bool) -> Read:
    """One flag with its value."""
    name = RUN[flag]
    if name == "volume":
        return mounts.short_mount(value, place)
    if name == "mount":
        return mounts.listed_mount(value, place)
    if name == "tmpfs":
        return Mount("tmpfs", "", value.partition(":")[0], place)
    if name == "publish":
        return mounts.port(value, place)
    if name == "env":
        variable, equals, given = written.partition("=")
        known = resolved(given)
        return Variable(variable, given if equals else None, known if equals and is_known(known) else None, place, HERE, debug)
    return Setting(name, "--gpus" if name == "gpu" else value, place, f"{flag}={written}")
