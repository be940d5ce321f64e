"""Names of environment variables that nothing reads, and that are nearly those of ones that are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from torch_starter.checks._spec_variables import set_by_spec
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.repair import Repair, SetVariable
from torch_starter.core.report import Finding
from torch_starter.core.typos import distance, nearest
from torch_starter.core.variables import table

LONG = 12  # characters from which two edits are still no chance
SHORT_FAMILY = 4  # from so many letters on, one of them may be wrong in a short name too
OURS = "TORCH_STARTER_"


def names(evidence: Evidence) -> Iterator[Finding]:
    wrong = mistyped(evidence)
    for name, meant in wrong.items():
        fixable = set_by_spec(evidence, name)
        yield Finding(
            id=f"variables.names.{name}",
            verdict="warn",
            title=f"{name} is a name that is read",
            seen=f"{name} is set, and nothing that is known here reads it",
            wanted=f"{meant}, which is nearly its name",
            remedy="./dev.sh verify-setup --fix" if fixable else f'export {meant}="${name}"; unset {name}',
            fixable=fixable,
        )
    if not wrong:
        known = len(table().names | evidence.known_names)
        seen = f"{len(checked(evidence))} names, none of which is nearly one of {known} that are known"
        yield Finding(id="variables.names", verdict="ok", title="no variable's name is mistyped", seen=seen)


def mistyped(evidence: Evidence) -> dict[str, str]:
    """The names that are nearly known ones, with those that are meant."""
    known = table().names | evidence.known_names
    targets = Targets(evidence.known_names)
    pairs = ((name, targets.meant_by(name)) for name in sorted(checked(evidence)) if name not in known)
    return {name: meant for name, meant in pairs if meant and meant not in evidence.user_variables}


def checked(evidence: Evidence) -> frozenset[str]:
    """The names that the user chose: those of the shell and of the spec."""
    given = {*evidence.user_variables, *(evidence.spec.variables if evidence.ours else ())}
    return frozenset(name for name in given if re.fullmatch(r"[A-Z][A-Z0-9_]+", name) and not name.startswith(OURS))


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


def corrections(evidence: Evidence) -> Iterator[Repair]:
    """A name that the spec has wrong is corrected there."""
    for name, meant in mistyped(evidence).items():
        if set_by_spec(evidence, name):
            value = evidence.spec.variables[name]
            yield SetVariable(name, value, value, f"nothing reads {name}", renamed_to=meant)


CHECKS = (
    Check(
        "variables.names",
        "no mistyped name of a variable",
        "A variable with a mistyped name is set, shown and read by nothing: what it should change stays as it was.",
        names,
        level="quick",
        reads=("names",),
        found="Names that are one letter, or in long ones two, from what the installed libraries and sources hold.",
        mend="Set it under the name that is meant; --fix renames it in [variables] of torch-starter.toml.",
        source="Measured: 1,000 and more names are known to the libraries of an environment with PyTorch",
        repairs=corrections,
    ),
)
