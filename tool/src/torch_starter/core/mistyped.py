"""Names of variables that are nearly those of ones that are read."""

from __future__ import annotations

import re
from functools import cache

from torch_starter.core.typos import distance, nearest
from torch_starter.core.variables import table

LONG = 12  # characters from which two edits are still no chance
SHORT_FAMILY = 4  # from so many letters on, one of them may be wrong in a short name too


@cache
def family(name: str) -> str:
    """The first word of a name. Python's have no underscore behind it."""
    return "PYTHON" if name.startswith("PYTHON") else name.partition("_")[0]


class Targets:
    """Names that may be meant: those of our table, and those that were found in the target, in families that matter.

    Without the latter a name is held against fewer, so that one that is merely not in the table must be nearer.
    """

    def __init__(self, scanned: frozenset[str]) -> None:
        families, ours = table().families, table()
        self._families = families.scanned | families.others
        self._names = {name for name in ours.read if family(name) in self._families}
        self._names |= {name for name in scanned - ours.names if family(name) in families.scanned}
        self._joined = {name.replace("_", ""): name for name in sorted(self._names)}
        self._most = 2 if scanned else 1

    def meant_by(self, name: str) -> str:
        """The known name that an unknown one is nearly; empty where there is none, or where chance explains it.

        Of a family that is known, one of the same is meant, two edits away where the name is long. Where the first word is
        mistyped, the name must be long, or that word not so short that many others are as near. A name that another program made
        of a known one by a number, or with a version in it, is none of ours.
        """
        if name.endswith("_VERSION") or re.sub(r"[_0-9]+$", "", name) in self._names:
            return ""
        if name.replace("_", "") in self._joined:
            return self._joined[name.replace("_", "")]
        own = family(name)
        if own in self._families:
            most = self._most if len(name) >= LONG else 1
            return nearest(name, (each for each in self._names if family(each) == own), most)
        near = {each for each in self._families if len(name) >= LONG or near_family(own, each)}
        return nearest(name, (each for each in self._names if family(each) in near), 1)


def near_family(own: str, other: str) -> bool:
    """Whether the first word of a name can be a mistyped one of a family."""
    return len(other) >= SHORT_FAMILY and distance(own, other) <= 1
