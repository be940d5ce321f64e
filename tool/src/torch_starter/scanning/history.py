"""The history of git: what the commits of all branches, tags and stashes have added, a part at a time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.leaks import Leak, Leaks
from torch_starter.core.machine import Machine
from torch_starter.core.processes import Done
from torch_starter.scanning import content
from torch_starter.scanning.allowed import Allowed

SECONDS = 60.0  # for all of it
PART = 100  # commits that git is asked for at once
BEGIN, END = "\x01torch-starter ", "\x02"  # of a commit's own words
SHOW = (
    *("log", "--no-walk=unsorted", "--stdin", "--patch", "--unified=0", "--cc", "--no-color", "--no-ext-diff"),
    *("--no-textconv", "--no-renames", "--diff-filter=AMCRT", f"--format=%x01torch-starter %h %cs%n%B{END}"),
)
HUNK = re.compile(r"(?P<marks>@@+) (?P<olds>(?:-\S+ )+)\+\d+(?:,(?P<count>\d+))? @@+")
MESSAGE = "the commit's message"


@dataclass
class Added:
    """What a commit added to one file."""

    commit: str
    file: str
    lines: list[str] = field(default_factory=list)


def search(machine: Machine, root: Path, allowed: Allowed, stopped: Callable[[], bool] = bool, seconds: float = SECONDS) -> Leaks:
    """The secrets in all commits, each with the oldest that has it. It is cut after some seconds, and says so."""
    end = time.monotonic() + seconds
    commits = all_commits(machine, root)
    found: dict[tuple[str, str], Leak] = {}
    for at in range(0, len(commits), PART):
        left, part = end - time.monotonic(), commits[at : at + PART]
        done = git(machine, root, *SHOW, input="\n".join(part) + "\n", timeout=left) if left > 0 and not stopped() else None
        if done is None or done.timed_out:
            why = "stopped on request" if stopped() else f"cut after {seconds:.0f} s"
            return answer(found, at, f"{why}: {at} of {len(commits)} commits were looked at")
        if not done.ok:
            return answer(found, at, f"git log ended with {done.code}: {done.err.strip()[-200:]}")
        for added in parts(done.out):
            for leak in leaks_of(added, allowed):
                found[leak.digest, leak.file] = leak  # commits come from the newest on: the oldest stays
    return answer(found, len(commits))


def answer(found: dict[tuple[str, str], Leak], looked: int, unknown: str = "") -> Leaks:
    return Leaks(found=tuple(found.values()), looked=looked, unit="commits", unknown=unknown)


def all_commits(machine: Machine, root: Path) -> list[str]:
    """The ids of the commits of all refs, the newest first; raises Absent or Unknown."""
    inside = git(machine, root, "rev-parse", "--is-shallow-repository")
    if inside.missing:
        raise Absent("git is not installed")
    if not inside.ok:
        refused = "dubious ownership" in inside.err
        raise Unknown("git refuses this folder: it belongs to another user") if refused else Absent("not a git repository")
    listed = git(machine, root, "rev-list", "--all", "--date-order", timeout=SECONDS)
    if not listed.ok:
        raise Unknown(f"git did not list its commits: {listed.err.strip()[-200:] or 'it took too long'}")
    return listed.out.split()


def git(machine: Machine, root: Path, *words: str, input: str = "", timeout: float = 10.0) -> Done:
    argv = ["git", "-C", str(root), "-c", "core.quotePath=false", *words]
    return machine.processes.run(argv, env=machine.variables, input=input, timeout=timeout)


def leaks_of(added: Added, allowed: Allowed) -> Iterator[Leak]:
    """The secrets in what was added, with the commit in place of a line: the file has others by now."""
    for leak in content.leaks("\n".join(added.lines), added.file, allowed):
        where = f"{added.commit}, {MESSAGE}" if added.file == MESSAGE else added.commit
        file = "" if added.file == MESSAGE else added.file
        yield msgspec.structs.replace(leak, line=None, cell=0, commit=where, file=file)


def parts(text: str) -> Iterator[Added]:
    """What git log printed, a file of a commit at a time. Lines of a hunk are counted: they may look like anything."""
    lines = iter(text.split("\n"))
    commit, now = "", None
    for line in lines:
        if line.startswith(BEGIN):
            short, date = line[len(BEGIN) :].split(" ")[:2]
            commit = f"{short} of {date}"
            yield Added(commit, MESSAGE, message(lines))
        elif line.startswith("+++ "):
            if now is not None:
                yield now
            now = Added(commit, named(line[4:]))
        elif (hunk := HUNK.match(line)) and now is not None:
            now.lines += added_lines(lines, hunk)
        elif line.startswith("diff --") and now is not None:
            yield now
            now = None
    if now is not None:
        yield now


def message(lines: Iterator[str]) -> list[str]:
    """A commit's own words, up to their end."""
    found: list[str] = []
    for line in lines:
        if line.endswith(END):
            return [*found, line.removesuffix(END)]
        found.append(line)
    return found


def named(path: str) -> str:
    """A path as git writes it behind +++."""
    return path.split("\t")[0].strip('"').removeprefix("b/")


def added_lines(lines: Iterator[str], hunk: re.Match[str]) -> Iterator[str]:
    """The lines that a hunk adds: in a merge those that no parent has in the same way."""
    width = len(hunk["marks"]) - 1
    left = int(hunk["count"] or 1) if hunk["count"] is not None else 1
    while left > 0 and (line := next(lines, None)) is not None:
        marks = line[:width]
        if "-" in marks or marks.startswith("\\"):
            continue
        left -= 1
        if "+" in marks:
            yield line[width:]
