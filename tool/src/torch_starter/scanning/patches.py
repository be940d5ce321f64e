"""What `git log` prints of commits: their own words, and what they add to each file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from torch_starter.scanning.repository import opened, shown

BEGIN, END = "\x01torch-starter ", "\x02"  # of a commit's own words
SHOW = (
    *("log", "--no-walk=unsorted", "--stdin", "--patch", "--unified=0", "--cc", "--no-color", "--no-ext-diff", "--full-index"),
    *("--no-textconv", "--no-renames", "--diff-filter=AMCRT", "--relative", "--src-prefix=a/", "--dst-prefix=b/"),
    f"--format=%x01torch-starter %h %cs%n%B{END}",
)
FILE = re.compile(r"diff --(?:git|cc|combined) ")
INDEX = re.compile(r"index [0-9a-f,]+\.\.(?P<blob>[0-9a-f]+)")
HUNK = re.compile(r"(?P<marks>@@+) (?P<olds>(?:-\S+ )+)\+\d+(?:,(?P<count>\d+))? @@+")
MESSAGE = "the commit's message"


@dataclass
class Added:
    """What a commit added to one file. `written`: its name as git writes it; `hidden`: what it is, only its `blob` tells."""

    commit: str
    written: str
    lines: list[str] = field(default_factory=list)
    blob: str = ""
    hidden: bool = False

    @property
    def file(self) -> str:
        return shown(opened(self.written))


def parts(text: str) -> Iterator[Added]:
    """What git log printed, a file of a commit at a time. Lines of a hunk are counted: they may look like anything."""
    lines = iter(text.split("\n"))
    commit, now = "", Added("", "")
    for line in lines:
        if line.startswith(BEGIN):
            yield now
            short, date = line[len(BEGIN) :].split(" ")[:2]
            commit = f"{short} of {date}"
            now = Added(commit, MESSAGE, message(lines))
        elif FILE.match(line):
            yield now
            now = Added(commit, named(line))
        elif index := INDEX.match(line):
            now.blob = index["blob"]
        elif hunk := HUNK.match(line):
            now.lines += added_lines(lines, hunk)
        elif line.startswith("Binary files ") and now.blob.strip("0"):
            now.hidden = True
    yield now


def named(line: str) -> str:
    """The name in the line that begins a file, as git writes it: once for a merge, else before and after, which are the same."""
    kind, _, rest = line.removeprefix("diff --").partition(" ")
    if kind != "git":
        return rest
    half = rest[: len(rest) // 2]
    return half.replace("a/", "", 1)


def message(lines: Iterator[str]) -> list[str]:
    """A commit's own words, up to their end."""
    found: list[str] = []
    for line in lines:
        if line.endswith(END):
            return [*found, line.removesuffix(END)]
        found.append(line)
    return found


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
