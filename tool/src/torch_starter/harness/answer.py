"""The answer of one process of a trial, written beside its request; and the end of the process."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict


class Answer:
    """Writes what a Watch has seen; once."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.given = False
        self.folder = watch.request["answers"]
        self.process = os.getpid()

    def mark(self, how_far: str) -> None:
        """Say how far it came, for who has to end it."""
        self.write("mark", {"mark": how_far})

    def write(self, kind: str, told: Dict[str, Any]) -> None:
        """A file of this process, in one step."""
        path = os.path.join(self.folder, "%s-%d.json" % (kind, os.getpid()))
        with open(path + ".part", "w") as file:
            json.dump(told, file)
        os.replace(path + ".part", path)

    def end(self, how: str) -> None:
        """Answer, and end this process without what the script would do at its end, such as to save what it has trained."""
        self.give(how)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        workers = sys.modules.get("multiprocessing")
        for child in workers.active_children() if workers is not None else ():
            child.terminate()
        os._exit(0)

    def at_exit(self) -> None:
        """The script has come to its end before it was enough: what was seen until then is told. Its forks say nothing."""
        forked = os.getpid() != self.process
        workers = sys.modules.get("multiprocessing")
        worker = workers is not None and workers.parent_process() is not None
        if not forked and not self.given and not (worker and not self.watch.course.times):
            self.watch.course.at_exit()
            self.give("exit")

    def give(self, how: str) -> None:
        """All that was seen, once."""
        if not self.given:
            self.given = True
            self.write(*self.watch.course.told(how))
