"""`locks/holds.toml`: packages that are kept below what the ranges allow, why, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import tomlkit
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from torch_starter.core.problems import WrongSpec

NAME = "holds.toml"
HEAD = """\
# Packages that are kept below what pyproject.toml allows, because the newer one was shown not to work here.
# Written by ./dev.sh lock-update, which asks at every run whether a hold is still needed, and drops it when it is not.
"""


class Hold(msgspec.Struct, frozen=True):
    """A package kept below what the ranges allow: the bound, the check that failed without it, the evidence, the date.

    `accelerators` are those whose locks need it; empty: all of them.
    """

    package: str
    bound: str
    check: str
    evidence: str
    date: str
    accelerators: tuple[str, ...] = ()

    def concerns(self, accelerator: str) -> bool:
        """Whether it was needed for the lock of an accelerator."""
        return not self.accelerators or accelerator in self.accelerators

    def met_by(self, version: str) -> bool:
        """Whether a version is within the bound."""
        return SpecifierSet(self.bound).contains(Version(version).public, prereleases=True)


class Holds(msgspec.Struct, frozen=True):
    """The whole file."""

    hold: tuple[Hold, ...] = ()


def read(text: str | None) -> tuple[Hold, ...]:
    """The holds in locks/holds.toml; raises WrongSpec."""
    try:
        found = msgspec.toml.decode(text or "", type=Holds).hold
        for hold in found:
            SpecifierSet(hold.bound)
    except (msgspec.DecodeError, InvalidSpecifier) as error:
        raise WrongSpec("holds.syntax", f"locks/{NAME}: {error}", f"git checkout -- locks/{NAME}") from error
    return tuple(msgspec.structs.replace(hold, package=canonicalize_name(hold.package)) for hold in found)


def write(holds: Sequence[Hold]) -> str:
    """The text of locks/holds.toml, for tools and for people."""
    document = tomlkit.parse(HEAD)
    tables = tomlkit.aot()
    for hold in holds:
        table = tomlkit.table()
        for key, value in msgspec.to_builtins(hold).items():
            if key != "accelerators" or value:
                table[key] = value
        tables.append(table)
    if holds:
        document.add(tomlkit.nl())
        document["hold"] = tables
    return tomlkit.dumps(document)


def merged(before: Sequence[Hold], found: Iterable[tuple[str, Sequence[Hold]]], accelerators: Sequence[str]) -> list[Hold]:
    """The holds after a run: `found` has, for each accelerator that was searched, what it needs now.

    Those of accelerators that were not searched stay as they were; equal ones of several accelerators become one.
    """
    searched = {name: holds for name, holds in found}
    by_bound: dict[tuple[str, str], dict[str, Hold]] = {}
    for name in accelerators:
        for hold in searched.get(name, [hold for hold in before if hold.concerns(name)]):
            by_bound.setdefault((hold.package, hold.bound), {})[name] = hold
    rows = []
    for per_accelerator in by_bound.values():
        names = () if set(per_accelerator) == set(accelerators) else tuple(per_accelerator)
        oldest = min(per_accelerator.values(), key=lambda hold: hold.date)
        rows.append(msgspec.structs.replace(oldest, accelerators=names))
    order = {(hold.package, hold.bound): number for number, hold in enumerate(before)}
    return sorted(rows, key=lambda hold: (order.get((hold.package, hold.bound), len(order)), hold.package))
