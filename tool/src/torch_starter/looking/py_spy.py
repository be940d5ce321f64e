"""Reads what py-spy writes of a process: each thread's stack at one moment, or stacks of some seconds. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from torch_starter.core.profile import Frame, Stack, Stacks

Refused = Literal["permission", "gone", "other"]

LINE = re.compile(r'^(?P<processes>.*";)?thread \((?P<thread>\w+)\)(?:: (?P<name>[^;]*))?;(?P<frames>.*) (?P<count>\d+)$')
FRAME = re.compile(r"^(?P<function>.*) \((?P<file>.*?)(?::(?P<line>\d+))?\)$")
PACKAGES = re.compile(r"^.*/(?:site|dist)-packages/")
STANDARD = re.compile(r"^.*/lib(?:64)?/(?:python|pypy)3[.\d]*/")
ADDRESS = re.compile(r"^(?:0x[0-9a-f]+|<unknown>)$")
NO_SCRIPT = re.compile(r"^<(?!stdin>|string>|ipython)|/<frozen ")
NATIVE = re.compile(r"\.(?:so[.\d]*|c|cc|cpp|cxx|cu|h|hpp|rs|pyx|S|s|dylib|dll)$")
BEGINNING = ("Thread._bootstrap", "Thread._bootstrap_inner", "_bootstrap", "_bootstrap_inner", "thread_run")


@dataclass(frozen=True)
class Thread:
    """A thread at one moment. `frames` from the outermost in; `active`: it computed, `gil`: it held the interpreter's lock."""

    number: int
    name: str
    active: bool
    gil: bool
    frames: tuple[Frame, ...]

    @property
    def python(self) -> tuple[Frame, ...]:
        """Its frames of Python, without those of C."""
        return tuple(frame for frame in self.frames if not is_native(frame))

    @property
    def place(self) -> Frame | None:
        """The innermost frame of the user's own; else the innermost of Python."""
        own = next((frame for frame in reversed(self.frames) if frame.own), None)
        return own or (self.python[-1] if self.python else None)

    @property
    def leaf(self) -> tuple[str, ...]:
        """Functions of C that it is in, below the innermost frame of Python, the innermost first."""
        found = []
        for frame in reversed(self.frames):
            if not is_native(frame):
                break
            found.append(frame.function)
        return tuple(found)


@dataclass(frozen=True)
class Seen:
    """A stack of a process's thread, and how often it was seen."""

    process: int
    thread: int
    name: str
    frames: tuple[Frame, ...]
    count: int


def threads(text: str, root: str = "") -> tuple[Thread, ...]:
    """What `py-spy dump --json` wrote, the main thread first; nothing where it is cut off. `root`: the process's folder."""
    try:
        rows: list[dict[str, Any]] = json.loads(text)
        found = [thread(row, root) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError):
        return ()
    main = [each for row, each in zip(rows, found, strict=True) if each.number == row.get("pid")]
    return (*main, *(each for each in found if each not in main))


def thread(row: dict[str, Any], root: str) -> Thread:
    """One of them."""
    main = row.get("os_thread_id") == row.get("pid")
    name = row["thread_name"] or ("MainThread" if main else f"thread {row.get('os_thread_id') or row['thread_id']}")
    told = [frame(each["name"], each["filename"], each["line"] or 0, root) for each in reversed(row["frames"])]
    return Thread(row.get("os_thread_id") or row["thread_id"], name, row["active"], row["owns_gil"], tuple(tidy(told)))


def seen(text: str, process: int, root: str = "") -> list[Seen]:
    """What `py-spy record --format raw --threads` wrote; `process` is meant where a line names none."""
    return [found for line in text.splitlines() if (found := seen_line(line, process, root)) is not None]


def seen_line(line: str, process: int, root: str) -> Seen | None:
    """One line: processes, a thread, frames from the outermost in, and how often."""
    match = LINE.match(line)
    if match is None:
        return None
    named = re.findall(r'(?:^|;)process (\d+):"', match["processes"] or "")
    number = int(named[-1]) if named else process
    thread = int(match["thread"], 0)
    frames = tidy(parsed(word, root) for word in match["frames"].split(";"))
    name = match["name"] or ("MainThread" if thread == number else f"thread {thread}")
    return Seen(number, thread, name, tuple(frames), int(match["count"]))


def parsed(word: str, root: str) -> Frame:
    """A frame as a line of raw stacks has it: `function (file:line)`."""
    match = FRAME.match(word)
    return frame(match["function"], match["file"], int(match["line"] or 0), root) if match else Frame(word, "", 0)


def frame(function: str, file: str, line: int, root: str) -> Frame:
    """With its file as one would say it, and whether it is the user's. What has an address alone is named by its library."""
    if ADDRESS.match(function):
        function = f"({file.rsplit('/', 1)[-1]})"
    if NATIVE.search(file):
        return Frame(function, file.rsplit("/", 1)[-1], 0)
    short = PACKAGES.sub("", STANDARD.sub("", file) if not PACKAGES.match(file) else file)
    own = short == file and not NO_SCRIPT.search(file) and bool(file)
    return Frame(function, short.removeprefix(f"{root}/") if root not in ("", "/") else short, line, own)


def is_native(frame: Frame) -> bool:
    """Whether it is of C, C++ or their like."""
    return bool(NATIVE.search(frame.file))


def tidy(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Without how a thread or an interpreter began, and with neighbours that are the same once."""
    before: Frame | None = None
    for each in frames:
        begins = before is None and (
            each.function in BEGINNING or (is_native(each) and each.function.startswith(("(", "_start")))
        )
        if begins or each == before:
            continue
        before = each
        yield each


def stacks(found: Iterable[Seen], every: float, native: bool, named: bool) -> Stacks:
    """Of one process; where `named`, each stack begins with the name of its thread."""
    numbers: dict[Frame, int] = {}
    total: dict[tuple[int, ...], int] = {}
    for each in found:
        whole = (Frame(each.name, "", 0), *each.frames) if named else each.frames
        key = tuple(numbers.setdefault(frame, len(numbers)) for frame in whole)
        total[key] = total.get(key, 0) + each.count
    rows = tuple(Stack(key, count * every) for key, count in total.items())
    return Stacks(frames=tuple(numbers), stacks=rows, every=every, native=native)


def moment(threads: Iterable[Thread], every: float, named: bool) -> Stacks:
    """The stacks of one moment, or of several behind each other."""
    found = [Seen(0, each.number, each.name, each.frames, 1) for each in threads]
    return stacks(found, every, any(is_native(frame) for each in found for frame in each.frames), named)


def refused(error: str) -> Refused:
    """Why py-spy could not look."""
    if re.search(r"permission denied|operation not permitted|EPERM", error, re.IGNORECASE):
        return "permission"
    return "gone" if "No such process" in error or "Check that the process is running" in error else "other"


def why(error: str) -> str:
    """Its own words, in a line: the error and its causes, without its own stack."""
    lines = [line.strip() for line in error.partition("Stack backtrace")[0].splitlines()]
    words = [re.sub(r"^(?:\d+|Error): ", "", line) for line in lines if line and line not in ("Caused by:", "Reason:")]
    return ": ".join(word for word in words if not word.startswith("py-spy>"))[:300]
