"""Tracebacks as Python, pytest and faulthandler write them: which frames an error came through, and its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec
from packaging.utils import canonicalize_name

SITE = re.compile(r"(?:site|dist)-packages/")
COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
GROUP = re.compile(r"^ *[|+][-+ |]? ?", re.MULTILINE)  # what stands before the lines of an exception group
FRAME = re.compile(r'\s*File "([^"]+)", line \d+(?:,? in (.+))?')
PYTEST_FRAME = re.compile(r"(\S.*?\.py):\d+:(?: in (\S+)| [\w.]+)?\s*")
CAUSE = "The above exception was the direct cause of the following exception"
CONTEXT = "During handling of the above exception, another exception occurred"
ORIGINAL = "Original Traceback"  # of a worker of a DataLoader: it follows the error that tells of it
BEGINS = re.compile(rf"(?:{ORIGINAL}|Traceback)(?: \(most recent call last\))?:|_{{3,}} .+ _{{3,}}|=+ .+ =+")
DUMP = re.compile(r"(Current thread|Thread|Stack) .*\(most recent call first\):")  # of faulthandler, for each thread

WIDEST = 1000  # characters of a line that are read: a longer one is a dump of data

Link = Literal["", "cause", "context"]


class Frame(msgspec.Struct, frozen=True):
    """One call: the path of its file, the name of its function, and the line of its source; empty where they are not told."""

    file: str
    function: str = ""
    source: str = ""

    @property
    def is_python(self) -> bool:
        """Whether it is of Python's own modules."""
        return self.file.startswith("<frozen ") or (
            not SITE.search(self.file) and re.search(r"/lib(?:64)?/python3", self.file) is not None
        )

    @property
    def forwards(self) -> bool:
        """Whether it hands on whatever it was given: what a call was made wrongly with, another has said."""
        return re.search(r"\(\*\w+, \*\*\w+\)", self.source) is not None


class Stack(msgspec.Struct, frozen=True):
    """One error: its frames, the nearest to the raise first, and its words.

    `link`: whether the next one of the text was raised from it ("cause"), or while it was handled ("context"). `dump`: the
    frames are those of a thread, when the process was ended.
    """

    frames: tuple[Frame, ...] = ()
    words: str = ""
    link: Link = ""
    dump: Literal["", "thread", "current"] = ""


class _Reader:
    """The stack that is being read."""

    def __init__(self, dump: Literal["", "thread", "current"] = "", original: bool = False) -> None:
        self.dump, self.original = dump, original
        self.frames: list[Frame] = []
        self.words: list[str] = []
        self.pending = ""

    def take(self, line: str) -> None:
        """One line: a frame, its source, or words of the error."""
        if found := FRAME.match(line):
            self.frames.append(Frame(found[1], (found[2] or "").strip()))
        elif found := PYTEST_FRAME.fullmatch(line):  # the source stands before it, behind a ">"
            self.frames.append(Frame(found[1], found[2] or "", self.pending))
            self.pending = ""
        elif line.startswith(">"):
            self.pending = line[1:].strip()
        elif line.startswith("E  "):
            self.words.append(line[1:].strip())
        elif line and not line[0].isspace():
            self.words.append(line)
        elif line.strip() and self.frames and not self.frames[-1].source:
            last = self.frames[-1]
            self.frames[-1] = Frame(last.file, last.function, line.strip())

    def done(self, link: Link = "") -> Stack:
        frames = self.frames if self.dump else reversed(self.frames)
        return Stack(tuple(frames), "\n".join(self.words), link, self.dump)


def stacks(text: str) -> list[Stack]:
    """Every error of a text in the order of the text, but each that is told inside of another before that one."""
    found: list[Stack] = []

    def close(link: Link = "") -> None:
        if reader.original and found:
            found.insert(len(found) - 1, reader.done("cause"))
        elif reader.frames or reader.words or link:
            found.append(reader.done(link))

    reader = _Reader()
    for whole in GROUP.sub("", COLOUR.sub("", text)).splitlines():
        line = whole[:WIDEST]
        if line.startswith((CAUSE, CONTEXT)):
            close("cause" if line.startswith(CAUSE) else "context")
            reader = _Reader()
        elif dump := DUMP.match(line):
            close()
            reader = _Reader("current" if dump[1] == "Current thread" else "thread")
        elif BEGINS.match(line):
            close()
            reader = _Reader(original=line.startswith(ORIGINAL))
        else:
            reader.take(line)
    close()
    return found


def in_order(found: Sequence[Stack], expected: Callable[[str], bool]) -> Iterator[Stack]:
    """The stacks, and first the one that all began with.

    Where a process was ended, that is the thread which it was ended in: faulthandler says which it was, or tells the main
    thread last. Else it is the first error that has frames; but one whose words were `expected` is not where it began, if
    another came while it was handled.
    """
    dumps = [stack for stack in found if stack.dump]
    if dumps:
        first = next((stack for stack in dumps if stack.dump == "current"), dumps[-1])
    else:
        real = (stack for stack in found if stack.frames and not (stack.link == "context" and expected(stack.words)))
        first = next(real, Stack())
    yield first
    yield from (stack for stack in found if stack is not first)


def owner(path: str, modules: Mapping[str, str]) -> str:
    """The package that a file belongs to; empty where it is none's. `modules`: top-level module -> package."""
    parts = SITE.split(path.replace("\\", "/"))
    if len(parts) == 1 and not path.endswith((".pyx", ".pxi", ".pxd")):  # Cython tells them from the package's folder on
        return ""
    first, _, rest = parts[-1].partition("/")
    return package_of(first.split(".")[0], rest.split("/")[0].split(".")[0], modules)


def package_of(module: str, inner: str, modules: Mapping[str, str]) -> str:
    """The package of a top-level module, and of a module in it where several packages share it; empty where it is none's."""
    name = canonicalize_name(module)
    installed = name if name in modules.values() else ""
    return modules.get(f"{module}/{canonicalize_name(inner)}") or modules.get(module) or installed
