"""What a test does that coverage of its lines does not see: files that it reads, and code that runs where nobody counts lines.

Seen by the interpreter's own audit events: files and folders that are opened, processes that are started. Code of torch.compile
runs without its lines being counted, and is seen by the counters that torch keeps. While tests are collected, the functions of
the project that are called then are noted: what they compute belongs to no test.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

FORKS = {"os.fork", "os.forkpty"}
STARTS = {"os.posix_spawn", "os.exec", "os.system", "subprocess.Popen"}
LISTS = {"os.listdir", "os.scandir"}
RUNNERS = ("python", "pypy", "sh", "bash", "dash", "zsh", "env", "pytest", "torchrun", "accelerate", "coverage", "uv", "make")
NOT_READ = ("__pycache__", ".pyc")


class Watch:
    """Of the test that runs: the files of the project that it read, the folders that it listed, what code nobody saw.

    `hidden`: code of the modules that it imports ran in a copy of this process, or compiled. `opaque`: it started a program that
    may run any code of the project: an interpreter or a shell, or one that is given a path in it.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root) + os.sep
        self.at_import: set[tuple[str, str]] = set()
        self.begin()
        watch_processes(self)
        sys.addaudithook(self.heard)
        self.calls = Calls(self.called) if hasattr(sys, "monitoring") else OldCalls(self.called)

    def collected(self) -> None:
        """All tests are known: from here on code belongs to tests."""
        self.calls.end()

    def called(self, code: Any) -> bool:
        """A function that is called while tests are collected; whether it is one of the project's."""
        name = self.inside(code.co_filename)
        if name and code.co_name != "<module>":
            self.at_import.add((name, getattr(code, "co_qualname", code.co_name)))
        return bool(name)

    def begin(self) -> None:
        """Of the next test."""
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self.hidden, self.opaque, self.running, self.compiled = False, False, False, frames()

    def end(self) -> dict[str, Any]:
        """What was seen of it."""
        self.running = False
        hidden = self.hidden or frames() != self.compiled
        return {"files": sorted(self.files), "folders": sorted(self.folders), "hidden": hidden, "opaque": self.opaque}

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """One event of the interpreter's."""
        if not self.running:
            return
        if event == "open":
            self.files.update(filter(None, [self.inside(arguments[0])]))
        elif event in LISTS:
            self.folders.update(filter(None, [self.inside("." if arguments[0] is None else arguments[0])]))
        elif event == "subprocess.Popen" and not self.may_run_ours(arguments):
            self.hidden = True
        elif event in STARTS:
            self.opaque = True
        elif event in FORKS:
            self.hidden = True

    def may_run_ours(self, arguments: tuple[Any, ...]) -> bool:
        """Whether a program that is started may run code of the project."""
        executable, given, folder, variables = arguments
        words = given if isinstance(given, (list, tuple)) else [given]
        try:
            program, *texts = [os.fsdecode(word) for word in (executable or words[0], *words[1:])]
            start = os.fsdecode(folder or ".")
            found = shutil.which(program, path=os.pathsep.join(os.get_exec_path(variables)))
        except (TypeError, ValueError):
            return True
        if os.path.basename(program).startswith(RUNNERS) or any(self.root.rstrip(os.sep) in text for text in texts):
            return True
        paths = [text for word in texts for text in (word, word.rpartition("=")[2]) if text]
        return any(self.is_ours(os.path.join(start, path)) for path in (program, found or program, *paths))

    def is_ours(self, path: str) -> bool:
        """Whether there is such a path, and it is in the project, by its name or by where a link leads."""
        ways = (os.path.abspath, os.path.realpath)
        return os.path.lexists(path) and any((way(path) + os.sep).startswith(self.root) for way in ways)

    def inside(self, path: Any) -> str:
        """A path of the project, relative to it; nothing for any other, and for what programs keep."""
        if isinstance(path, int):
            return ""
        try:
            name = os.path.abspath(os.fsdecode(path))
        except (TypeError, ValueError):
            return ""
        found = name[len(self.root) :] if name.startswith(self.root) else ""
        kept = any(part.startswith(".") for part in found.split(os.sep)) or any(end in found for end in NOT_READ)
        return "" if kept else found


class Calls:
    """Tells of each function that is called, once where it is none of interest: at no cost to others."""

    def __init__(self, called: Any) -> None:
        self.monitoring: Any = vars(sys)["monitoring"]
        self.id = self.monitoring.PROFILER_ID
        if self.monitoring.get_tool(self.id) is not None:  # somebody profiles the tests
            self.id = self.monitoring.OPTIMIZER_ID
        self.monitoring.use_tool_id(self.id, "torch-starter")
        self.monitoring.register_callback(self.id, self.monitoring.events.PY_START, self.started)
        self.monitoring.set_events(self.id, self.monitoring.events.PY_START)
        self.called = called

    def started(self, code: Any, offset: int) -> Any:
        return None if self.called(code) else self.monitoring.DISABLE

    def end(self) -> None:
        self.monitoring.set_events(self.id, 0)
        self.monitoring.free_tool_id(self.id)


class OldCalls:
    """The same before Python 3.12, slowly."""

    def __init__(self, called: Any) -> None:
        sys.setprofile(lambda frame, event, argument: called(frame.f_code) if event == "call" else None)

    def end(self) -> None:
        sys.setprofile(None)


def frames() -> int:
    """How many functions torch.compile has looked at so far in this process."""
    counters = getattr(sys.modules.get("torch._dynamo.utils"), "counters", None)
    return sum(counters["frames"].values()) if counters is not None else 0


def watch_processes(watch: Watch) -> None:
    """Processes of multiprocessing, which may be started by a server that no event tells of."""
    import multiprocessing.process

    kind: Any = multiprocessing.process.BaseProcess
    start = kind.start

    def told(self: Any) -> Any:
        watch.hidden = True
        return start(self)

    kind.start = told
