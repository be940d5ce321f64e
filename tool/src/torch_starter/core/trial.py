"""What trying one set of packages showed: the words that the search for a working set shares."""

from __future__ import annotations

from typing import Literal

import msgspec

Strength = Literal["said", "raised", "paired", "concerned", "needed"]


class Suspect(msgspec.Struct, frozen=True):
    """A package that may be at fault, and in a few words why.

    `strength`, the strongest first: the error's own words name it (said), the error was raised in it (raised), the check is
    about it and another together (paired), it called what failed or the check is about it (concerned), what failed needs it
    (needed).
    """

    package: str
    strength: Strength
    why: str


class Failure(msgspec.Struct, frozen=True):
    """A check that a set of packages did not pass.

    `line` is the evidence in one line. `suspects` are the strongest first. `spared`: packages of which an older version cannot
    help, since the error says that they are too old. `lacking`: a pair, where the first asks for what the second does not have:
    whichever was released later is at fault.
    """

    id: str
    line: str
    suspects: tuple[Suspect, ...] = ()
    spared: tuple[str, ...] = ()
    lacking: tuple[str, str] | None = None


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one set, kept by its hash.

    `passed` and `failures` are ids of findings; `unseen` could not be looked at because of another failure. Where it is not
    `whole`, only some were asked.
    """

    versions: dict[str, str]
    passed: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    unseen: tuple[str, ...] = ()
    whole: bool = False
    seconds: float = 0.0
    date: str = ""

    @property
    def good(self) -> bool:
        """Whether everything was asked, and nothing failed."""
        return self.whole and not self.failures
