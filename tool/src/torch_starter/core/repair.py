"""What `verify-setup --fix` can do: plain records, carried out in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reinstall:
    """Install packages again in the versions that they have, from downloads that no altered file is linked to.

    `packages` are pairs of name and version.
    """

    packages: tuple[tuple[str, str], ...]
    why: str


@dataclass(frozen=True)
class SetMode:
    """Change the mode of a file or folder to one such as "600"."""

    path: str
    was: str
    mode: str
    why: str


@dataclass(frozen=True)
class Remove:
    """Remove a file or folder that belongs to nothing."""

    path: str
    why: str


@dataclass(frozen=True)
class SetVariable:
    """Correct a variable where the spec's [variables] sets it; `now` is None where the line goes."""

    name: str
    was: str
    now: str | None
    why: str
    renamed_to: str = ""


Repair = Reinstall | SetMode | Remove | SetVariable
