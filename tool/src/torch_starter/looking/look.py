"""A process as it is seen from outside at one moment, and what it is stuck on, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from torch_starter.core.place import Place
from torch_starter.core.profile import Frame
from torch_starter.looking.proc import FUNCTIONS, Call
from torch_starter.looking.py_spy import Thread, is_native

BUSY = 0.3  # of a processor: who uses more is not waiting


@dataclass(frozen=True)
class Look:
    """One process. `state` is Linux's letter; `busy`: how much of a processor each of its threads used between two looks.

    `files`: what each of its open files is, `peers`: the far end of sockets by their number; `sources`: text of the user's files.
    `tracer`: what holds it, such as gdb; `refused`: why it has no stacks; `moves`: two looks saw it at different lines.
    `forked`: it was made by fork of a process that ran already. `holders`: who holds the lock of a file, by the file's path.
    `ranks`: processes of the same training on this machine. `ends`: who else has its pipes open, by the name of the pipe.
    """

    number: int
    command: str = ""
    state: str = "S"
    threads: tuple[Thread, ...] = ()
    calls: Mapping[int, Call] = field(default_factory=dict)
    busy: Mapping[int, float] = field(default_factory=dict)
    moves: bool = False
    files: Mapping[int, str] = field(default_factory=dict)
    peers: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    tracer: str = ""
    refused: str = ""
    forked: bool = False
    resident: int = 0
    swapped: int = 0
    faults: int = 0
    holders: Mapping[str, str] = field(default_factory=dict)
    ranks: Mapping[int, int] = field(default_factory=dict)
    ends: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    children: tuple[Look, ...] = ()

    @property
    def main(self) -> Thread | None:
        """Its main thread."""
        return self.threads[0] if self.threads else None

    def all(self) -> Iterator[Look]:
        """It and all that it started."""
        yield self
        for child in self.children:
            yield from child.all()

    def call(self, thread: Thread) -> Call:
        """The system call that a thread waits in; by the function of the C library that it is in, where that is not told."""
        found = self.calls.get(thread.number, Call())
        by_name = next((FUNCTIONS[name] for name in thread.leaf if name in FUNCTIONS), "")
        return Call(by_name) if by_name and (not found.name or found.name.startswith("call ")) else found

    def works(self, thread: Thread) -> bool:
        """Whether a thread computes."""
        return self.busy.get(thread.number, 1.0 if thread.active else 0.0) >= BUSY

    def file(self, number: int) -> str:
        """What an open file is."""
        return self.files.get(number, "")


@dataclass(frozen=True)
class Reason:
    """What a process is stuck on: a `word` for scripts, what it does ("waits for …"), where, and what mends it.

    `well`: it is not stuck.
    """

    word: str
    does: str
    remedy: str
    place: Place | None = None
    well: bool = False

    @property
    def at(self) -> str:
        """What it does, with where."""
        return f"{self.does} at {self.place}" if self.place else self.does


def place(thread: Thread | None) -> Place | None:
    """The user's innermost line; of Python where no line is the user's."""
    frame = thread.place if thread is not None else None
    return Place(frame.file, frame.line) if frame is not None else None


def within(thread: Thread | None, *names: str) -> Frame | None:
    """The innermost frame of one of these functions, each as "file.py:function" or, for any file, as "function"."""
    for frame in reversed(thread.frames if thread is not None else ()):
        word = frame.function.rsplit(".", 1)[-1]
        if word in names or f"{frame.file.rsplit('/', 1)[-1]}:{word}" in names:
            return frame
    return None


def natively(thread: Thread | None, *beginnings: str) -> str:
    """The innermost function of C below Python whose name begins so; nothing where there is none."""
    return next((name for name in (thread.leaf if thread is not None else ()) if name.startswith(beginnings)), "")


def told(look: Look) -> str:
    """Its threads in lines: where each is, and how it came there, up to the user's line; the main one first."""
    order = sorted(look.threads, key=lambda each: (each is not look.main, not look.works(each)))
    lines = [line for each in order for line in thread_lines(each, look.works(each), full=each is look.main)]
    return "\n".join(lines) or look.refused


def thread_lines(thread: Thread, works: bool, full: bool) -> Iterator[str]:
    """One thread; of those beside the main one its innermost frame and the user's."""
    python = thread.python
    if not python:
        yield f"{thread.name} is in {thread.leaf[0] if thread.leaf else 'no function of Python'}"
        return
    yield f"{thread.name} {'computes' if works else 'waits'} in {worded(python[-1])}{of_c(thread)}"
    above = list(reversed(python[:-1]))
    until = next((number for number, frame in enumerate(above) if frame.own), 0) if not python[-1].own else -1
    for frame in above[: until + 1][-4 if full else -1 :]:
        yield f"  called by {worded(frame)}"


def of_c(thread: Thread) -> str:
    """The outermost function of C that the innermost of Python called, where it has a name."""
    named = [name for name in reversed(thread.leaf) if not name.startswith("(")]
    return f", in {named[0][:60]}" if named else ""


def worded(frame: Frame) -> str:
    return f"{frame.function} ({frame.file.rsplit('/', 1)[-1]}:{frame.line})" if not is_native(frame) else frame.function
