"""What asks for memory in this process, in windows: by memray where it is there, else by the standard library's tracemalloc.

A window begins and ends between steps. What was asked for in one and is still there at its end is what is left of it; the file of
a window is read later, by who has time for it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import tracemalloc
from typing import Any, Callable, Dict, List, Optional

FRAMES = 12  # of each allocation, by the standard library
TOLD = 1500  # stacks of a window
OFTEN = 20  # milliseconds from one look at the size to the next
CLOCK = time.perf_counter


class Memray:
    """One tracker after the other, each with a file of its own."""

    by = "memray"

    def __init__(self, module: Any, folder: str, native: bool) -> None:
        self.module, self.folder, self.native = module, folder, native
        self.windows: List[Dict[str, Any]] = []
        self.tracker: Any = None
        self.failed = ""

    def begin(self, kind: str) -> None:
        """The next window, of a kind: "start", "short", "long"."""
        name = "memray-%d-%d.bin" % (os.getpid(), len(self.windows))
        memray = self.module
        try:
            tracker = memray.Tracker(  # it imports, which another thread cannot do while Python starts
                destination=memray.FileDestination(os.path.join(self.folder, name), overwrite=True),
                native_traces=self.native,
                memory_interval_ms=OFTEN,
                file_format=memray.FileFormat.AGGREGATED_ALLOCATIONS,
            )
        except (OSError, RuntimeError) as error:
            self.failed = str(error)
            return
        beginning = threading.Thread(target=self.enter, args=(tracker,))
        beginning.start()  # memray hides the functions that the one who begins is in, of that thread: of ours it must not
        beginning.join()
        if self.tracker is not None:
            self.windows.append({"kind": kind, "file": name, "began": time.time(), "steps": 0})

    def enter(self, tracker: Any) -> None:
        """Begin to look."""
        try:
            tracker.__enter__()
            self.tracker = tracker
        except RuntimeError as error:  # such as another one, of the script's own
            self.failed = str(error)

    def mode(self) -> str:
        """The kind of the window that is open."""
        return str(self.windows[-1]["kind"]) if self.tracker is not None else ""

    def end(self, steps: int) -> None:
        """It had so many steps."""
        if self.tracker is not None:
            tracker, self.tracker = self.tracker, None
            tracker.__exit__(None, None, None)
            self.windows[-1]["steps"] = steps


class Standard:
    """What Python itself asks for, and packages that tell it, such as numpy; not torch. It is dear, and begins with the steps."""

    by = "standard library"
    native = False

    def __init__(self, own: Callable[[str], bool]) -> None:
        self.own, self.failed = own, ""
        self.windows: List[Dict[str, Any]] = []
        self.kind: Optional[str] = None

    def begin(self, kind: str) -> None:
        """As above."""
        if kind == "start":
            return
        self.kind, self.began = kind, time.time()
        if tracemalloc.is_tracing():
            tracemalloc.clear_traces()
        else:
            tracemalloc.start(FRAMES)

    def mode(self) -> str:
        """As above."""
        return self.kind or ""

    def end(self, steps: int) -> None:
        """As above; what is left is told at once."""
        if self.kind is None:
            return
        peak = tracemalloc.get_traced_memory()[1]
        left = reduced(tracemalloc.take_snapshot(), self.own)
        self.windows.append({"kind": self.kind, "began": self.began, "steps": steps, "peak": peak, "left": left})
        self.kind = None
        tracemalloc.stop()


def host(request: Dict[str, Any], folder: str, stacks: Any) -> Any:
    """The best that there is."""
    module = beside_target(request.get("overlay") or "", stacks)
    return Memray(module, folder, bool(request.get("native"))) if module is not None else Standard(stacks.own)


def beside_target(overlay: str, stacks: Any) -> Any:
    """memray of the target or, where it has none, of the folder beside it: what it brings with it is seen by it alone."""
    before = set(sys.modules)
    found = stacks.beside_target("memray", overlay)
    for name in set(sys.modules) - before if overlay else ():
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(overlay + os.sep) and name.split(".")[0] != "memray":
            del sys.modules[name]  # the target has no such package, or its own would have been found
    return found if hasattr(found, "Tracker") else None


def reduced(snapshot: Any, own: Callable[[str], bool]) -> List[Any]:
    """Bytes, blocks and frames, the innermost first, of what is left: of most bytes."""
    return [[row.size, row.count, framed(row.traceback, own)] for row in snapshot.statistics("traceback")[:TOLD]]


def framed(traceback: Any, own: Callable[[str], bool]) -> List[Any]:
    """Its lines; functions are not told."""
    return [["", each.filename, each.lineno, own(each.filename)] for each in reversed(list(traceback))]


def spawned() -> bool:
    """Whether this is a process that multiprocessing or torch.compile started: a loader's worker, or what compiles for others."""
    try:
        with open("/proc/self/cmdline", "rb") as file:
            words = file.read()
    except OSError:
        return False
    return b"from multiprocessing" in words or b"compile_worker" in words


def most_resident() -> int:
    """The largest that this process has been; 0 where the system does not tell. What it was forked from does not count."""
    return status("VmHWM:")


def status(word: str) -> int:
    """Bytes from the system's line for this process."""
    try:
        with open("/proc/self/status") as file:
            lines = [line.split() for line in file]
    except OSError:
        return 0
    return next((int(words[1]) * 1024 for words in lines if words and words[0] == word), 0)
