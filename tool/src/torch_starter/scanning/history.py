"""The history of git: what the commits of all branches, tags and stashes have added, a part at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from torch_starter.core.facts import Unknown
from torch_starter.core.leaks import Leak, Leaks
from torch_starter.core.machine import Machine
from torch_starter.scanning import content
from torch_starter.scanning.allowed import Allowed
from torch_starter.scanning.blobs import Blob, Reader
from torch_starter.scanning.patches import MESSAGE, SHOW, Added, parts
from torch_starter.scanning.repository import SHALLOW, git, is_shallow, refusal

SECONDS = 60.0  # for all of it
PART = 100  # commits that git is asked for at once


def search(machine: Machine, root: Path, allowed: Allowed, stopped: Callable[[], bool] = bool, seconds: float = SECONDS) -> Leaks:
    """The secrets in all commits, each with the oldest that has it. It is cut after some seconds, and says so.

    Raises Absent without a repository, and Unknown where git does not say which commits there are.
    """
    past = Past(machine, root, allowed, stopped, time.monotonic() + seconds)
    unknown = [SHALLOW] if is_shallow(machine, root) else []
    commits, at = all_commits(machine, root), 0
    try:
        for at in range(0, len(commits), PART):
            past.look(commits[at : at + PART])
        at = len(commits)
    except Unknown as reason:
        why = "stopped on request" if stopped() else f"cut after {seconds:.0f} s" if past.is_over else str(reason)
        unknown.append(f"{why}: {at} of {len(commits)} commits were looked at")
    found, left_out = tuple(past.found.values()), len(past.left_out)
    return Leaks(found=found, looked=at, unit="commits", left_out=left_out, unknown="; ".join(unknown))


def all_commits(machine: Machine, root: Path) -> list[str]:
    """The ids of the commits of all refs and stashes, the newest first. A ref leads to the newest stash alone."""
    stashes = git(machine, root, "stash", "list", "--format=%H")
    if not stashes.ok:
        raise refusal(stashes, root)
    listed = git(machine, root, "rev-list", "--all", "--date-order", "--stdin", input=stashes.out, timeout=SECONDS)
    if not listed.ok:
        raise refusal(listed, root)
    return listed.out.split()


@dataclass
class Past:
    """What the history holds, as far as it was looked at. `left_out`: the names of files that are too big, or no text."""

    machine: Machine
    root: Path
    allowed: Allowed
    stopped: Callable[[], bool]
    end: float
    found: dict[tuple[str, str], Leak] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.end

    def look(self, commits: Sequence[str]) -> None:
        """At some more of them, which are older than those before; raises Unknown."""
        hidden = list[Added]()
        for added in parts(self.asked(*SHOW, given=commits)):
            if added.hidden:
                hidden.append(added)
            self.search("\n".join(added.lines), added.commit, added.file)
        for blob, text in Reader(self.machine, self.root, self.end, self.stopped).texts(self.only_called_binary(hidden)):
            if text is None:
                self.left_out.add(blob.file)
            self.search(text or "", blob.commit, blob.file)

    def only_called_binary(self, hidden: Sequence[Added]) -> list[Blob]:
        """Those that git does not show since .gitattributes says so, as it does of many a notebook; others are left out."""
        answers = self.asked("check-attr", "--stdin", "diff", given=[added.written for added in hidden]).splitlines()
        named = list(zip(hidden, (answer.endswith(": unset") for answer in answers), strict=True))
        self.left_out.update(added.file for added, unset in named if not unset)
        return [Blob(added.blob, added.file, added.commit) for added, unset in named if unset]

    def asked(self, *words: str, given: Sequence[str]) -> str:
        """What git says of each of these."""
        if not given:
            return ""
        if self.stopped() or self.is_over:
            raise Unknown("there was no time left")
        lines, left = "".join(f"{each}\n" for each in given), self.end - time.monotonic()
        done = git(self.machine, self.root, *words, input=lines, timeout=left, stopped=self.stopped)
        if not done.ok:
            raise refusal(done, self.root)
        return done.out

    def search(self, text: str, commit: str, file: str) -> None:
        """The secrets in what a commit holds, which stands in place of a line: the file has others by now."""
        for leak in content.leaks(text, file, self.allowed):
            in_file = file != MESSAGE
            where, named = (commit, file) if in_file else (f"{commit}, {MESSAGE}", "")
            told = msgspec.structs.replace(leak, line=None, cell=0, commit=where, file=named)
            self.found[told.digest, told.file] = told  # commits come from the newest on: the oldest stays
