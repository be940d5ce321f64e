"""An environment and its machine at one moment, to be held against another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from torch_starter.core.report import Change


class Snapshot(msgspec.Struct, frozen=True):
    """An environment at one moment: words of the machine, versions and digests of packages, and variables.

    Of a variable that may hold a secret only a digest is kept.
    """

    passed_at: str
    machine: dict[str, str]
    packages: dict[str, str]
    digests: dict[str, str]
    variables: dict[str, str]


def differences(before: Snapshot, now: Snapshot) -> list[Change]:
    """What is other than it was: the machine and the variables as settings, versions as packages, contents as files."""
    found = [Change(kind="setting", name=name, was=was, now=new) for name, was, new in pairs(before.machine, now.machine)]
    found += [Change(kind="setting", name=name, was=was, now=new) for name, was, new in pairs(before.variables, now.variables)]
    found += [Change(kind="package", name=name, was=was, now=new) for name, was, new in pairs(before.packages, now.packages)]
    same = {name for name, version in now.packages.items() if before.packages.get(name) == version}
    found += [
        Change(kind="file", name=name, was=was, now=new, why="the same version, other files")
        for name, was, new in pairs(before.digests, now.digests)
        if name in same and name in before.digests and name in now.digests  # a look at a part reads no files
    ]
    return found


def pairs(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Each name whose value differs, with both; what is not there is "unset"."""
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            yield name, before.get(name, "unset"), now.get(name, "unset")
