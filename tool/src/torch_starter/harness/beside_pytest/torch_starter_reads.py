"""What a test does that coverage of its lines does not see: files that it reads, and code that runs where nobody counts lines.

Seen by the interpreter's own audit events: files and folders that are opened, processes that are started. Code of torch.compile
runs without its lines being counted, and is seen by the counters that torch keeps.
"""

from __future__ import annotations

import os
import sys
from typing import Any

STARTS = {"os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system", "subprocess.Popen"}
LISTS = {"os.listdir", "os.scandir"}
NOT_READ = ("__pycache__", ".pyc")


class Watch:
    """Of the test that runs: the files of the project that it read, the folders that it listed, whether it is opaque."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root) + os.sep
        self.running = False
        self.begin()
        self.running = False
        watch_processes(self)
        sys.addaudithook(self.heard)

    def begin(self) -> None:
        """Of the next test."""
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self.opaque, self.running, self.compiled = False, True, frames()

    def end(self) -> dict[str, Any]:
        """What was seen of it."""
        self.running = False
        opaque = self.opaque or frames() != self.compiled
        return {"files": sorted(self.files), "folders": sorted(self.folders), "opaque": opaque}

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """One event of the interpreter's."""
        if not self.running:
            return
        if event == "open":
            self.see(arguments[0], self.files)
        elif event in LISTS:
            self.see("." if arguments[0] is None else arguments[0], self.folders)
        elif event in STARTS:
            self.opaque = True

    def see(self, path: Any, where: set[str]) -> None:
        """A path of the project, relative to it."""
        if isinstance(path, int):
            return
        try:
            name = os.path.abspath(os.fsdecode(path))
        except (TypeError, ValueError):
            return
        if not (name + os.sep).startswith(self.root):
            return
        inside = name[len(self.root) :]
        if not any(part.startswith(".") for part in inside.split(os.sep)) and not any(end in inside for end in NOT_READ):
            where.add(inside)


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
        watch.opaque = True
        return start(self)

    kind.start = told
