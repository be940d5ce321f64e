"""What a search for secrets found, and how it is told: the place, what it is and how long, never a character of it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.report import Finding, Place

BY_NAME = "password"  # a kind that is known by its name alone, and may be none
PURGE = "git filter-repo takes it out of the history: docs/secrets.md"


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that is where it should not be.

    `commit`: it is in the history, at the oldest of what was looked at, such as "3fa8c1d of 2026-01-02". `cell`: of a notebook.
    `digest` tells it from others; `shown`, where it may be told. `where`: what it is in, where that is no file.
    """

    kind: str
    title: str
    change: str
    length: int
    digest: str
    file: str = ""
    line: int | None = None
    cell: int = 0
    commit: str = ""
    where: str = ""
    weak: bool = False

    @property
    def shown(self) -> str:
        """The digest, by which it can be allowed; of what could be guessed from it nothing."""
        return "" if self.weak else self.digest


class Leaks(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, in how many `looked` (of `unit`); how many were left out as too big or not text; why not all was seen."""

    found: tuple[Leak, ...] = ()
    looked: int = 0
    unit: str = "files"
    left_out: int = 0
    unknown: str = ""
    absent: str = ""

    @property
    def seen(self) -> str:
        """What was looked at, in words."""
        out = f", {self.left_out} files left out: too big, or not text" if self.left_out else ""
        return f"none in {self.looked} {self.unit}{out}"


def answered(search: Callable[[], Leaks]) -> Leaks:
    """What a search finds, or the reason why it does not."""
    try:
        return search()
    except Absent as reason:
        return Leaks(absent=str(reason))
    except Unknown as reason:
        return Leaks(unknown=str(reason))


class InGit(msgspec.Struct, frozen=True, kw_only=True):
    """The files of credentials inside the project, by their names, but .env.

    `tracked` by git; `exposed`: the next `git add .` takes them; `ignored`, how many are; `committed`: only the history has them.
    """

    tracked: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    ignored: int = 0
    committed: tuple[str, ...] = ()
    unknown: str = ""
    absent: str = ""


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What searches found in the project's files, in the history of git and in the image; and its files of credentials."""

    files: Leaks = Leaks()
    history: Leaks = Leaks()
    image: Leaks = Leaks()
    in_git: InGit = InGit()


def words(leak: Leak) -> str:
    """What it is and how long, and where."""
    cell = f"cell {leak.cell}, " if leak.cell else ""
    where = f", in {leak.where}" if leak.where else f", in commit {leak.commit}" if leak.commit else ""
    allowed = f" [{leak.shown}]" if leak.shown else ""
    return f"{cell}{leak.title}, {leak.length} characters{where}{allowed}"


def remedy(leak: Leak) -> str:
    """What to do about it: change it first."""
    then = "take it out of there" if leak.where else PURGE if leak.commit else "take it out of the file"
    return f"change it: {leak.change}; then {then}"


def finding(leak: Leak, id: str, title: str) -> Finding:
    """One of them as a finding."""
    return Finding(
        id=id,
        verdict="warn" if leak.kind == BY_NAME else "fail",
        title=title,
        seen=words(leak),
        wanted="a secret is read from a variable or a file that git ignores",
        remedy=remedy(leak),
        place=Place(leak.file, leak.line) if leak.file else None,
    )
