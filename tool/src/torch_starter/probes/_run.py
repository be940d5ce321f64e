"""Runs probes inside the target's interpreter and writes each answer as one line of JSON.

Started as a script. The request comes as JSON on stdin:
  {"preload": ["torch"], "blocked": [], "fork": true, "jobs": 2, "timeout": 120,
   "probes": [{"name": "science.use_numpy@numpy", "module": "numpy",
               "file": "/…/science.py", "function": "use_numpy", "timeout": 120}]}
A probe imports its "module", where it names one, and then calls its "function", where it names one.
With "fork" every probe is a child of this process, which has imported what is in "preload" and done nothing else: an
OpenMP pool or a CUDA context does not survive a fork. Answers go to the pipe whose number is in TORCH_STARTER_ANSWERS, so
that noise on stdout does not disturb them. What takes longer than its time-out leaves a traceback of where it was.
Standard library alone, Python 3.8.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":  # as a script, our folder would stand first on the path and shadow the target's modules
    del sys.path[0]

import faulthandler
import gc
import importlib
import importlib.util
import json
import os
import signal
import tempfile
import time
import traceback
from functools import partial
from typing import Any, Callable, Dict

Answer = Dict[str, Any]
Tell = Callable[[Answer], None]

KEPT = 4000  # characters of a probe's output and traceback that an answer carries
GRACE = 1.0  # seconds between a probe's own time-out, which leaves a traceback, and its end by force


def main() -> None:
    sys.stdout.flush()  # what was printed at start belongs to this process: a child would print it again
    channel = os.fdopen(int(os.environ.pop("TORCH_STARTER_ANSWERS")), "w", encoding="utf-8", errors="replace")
    os.set_inheritable(channel.fileno(), False)
    request = json.load(sys.stdin)
    for name in request["blocked"]:
        block(name)

    def tell(answer: Answer) -> None:
        channel.write(json.dumps(answer, ensure_ascii=False) + "\n")
        channel.flush()

    for name in request["preload"]:
        answer = limited(request["timeout"], "import " + name, partial(import_version, name))
        if answer["outcome"] != "ok":
            block(name)
        tell(answer)
    if not request["fork"]:
        for probe in request["probes"]:
            tell(limited(probe["timeout"], probe["name"], partial(work, probe, channel.fileno())))
        return
    gc.freeze()  # so that a child's collections do not copy every page of torch
    fork_all(request["probes"], request["jobs"], tell)


def block(name: str) -> None:
    """Let every import of a module fail at once, with Python's words "import of … halted"."""
    nothing: Any = None
    sys.modules[name] = nothing


def import_version(name: str) -> Answer:
    return {"version": str(getattr(importlib.import_module(name), "__version__", ""))}


def limited(seconds: float, name: str, function: Callable[[], Any]) -> Answer:
    """Call in this process; where it takes too long, print where it is and end."""
    faulthandler.dump_traceback_later(seconds, exit=True)
    answer = call(name, function)
    faulthandler.cancel_dump_traceback_later()
    return answer


def work(probe: dict[str, Any], channel: int) -> Any:
    """Import, then use. That the import is done is told at once: what comes after it may end this process."""
    if probe["module"]:
        started = time.monotonic()
        importlib.import_module(probe["module"])
        told = {"imported": probe["name"], "seconds": time.monotonic() - started, "printed": printed_bytes()}
        os.write(channel, (json.dumps(told) + "\n").encode())
    return load(probe)() if probe["function"] else {}


def printed_bytes() -> int:
    """How much has been printed to stdout, where that is a file."""
    sys.stdout.flush()
    try:
        return os.lseek(1, 0, os.SEEK_CUR)
    except OSError:
        return 0


def load(probe: dict[str, Any]) -> Callable[[], Any]:
    spec = importlib.util.spec_from_file_location("torch_starter_probe", probe["file"])
    if spec is None or spec.loader is None:
        raise ImportError("no probe " + probe["file"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[[], Any] = getattr(module, probe["function"])
    return function


def call(name: str, function: Callable[[], Any]) -> Answer:
    """Call and describe what happened; only a crash or a hang of the whole process escapes."""
    started = time.monotonic()
    answer: Answer = {"probe": name, "outcome": "ok", "value": {}}
    try:
        answer["value"] = function()
        json.dumps(answer["value"])
    except BaseException as error:  # a SystemExit at import is a finding too
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        answer.update(
            outcome="raised",
            value={},
            error_type=type(error).__name__,
            error=str(error)[-KEPT:],
            traceback="".join(lines)[-KEPT:],
        )
    answer["seconds"] = time.monotonic() - started
    return answer


class Child:
    """One forked probe: its process, when it must be done, and the folder where it leaves answer and output."""

    def __init__(self, probe: dict[str, Any], folder: str) -> None:
        self.probe, self.folder, self.started = probe, folder, time.monotonic()
        self.deadline = self.started + probe["timeout"] + GRACE
        self.pid = os.fork()
        if self.pid == 0:
            self.work()

    def work(self) -> None:
        """In the child: a session of its own, quiet, and gone without running the parent's exit handlers."""
        try:
            os.setsid()
            die_with_parent()
            for number, name in ((0, os.devnull), (1, self.path("out")), (2, self.path("err"))):
                os.dup2(os.open(name, os.O_RDWR | os.O_CREAT), number)
            os.environ["TMPDIR"] = tempfile.tempdir = self.folder  # libraries leave folders behind that only we can clear away
            # A file of its own: two writers would mix what is longer than a pipe takes at once.
            mark = os.open(self.path("imported"), os.O_WRONLY | os.O_CREAT)
            answer = limited(self.probe["timeout"], self.probe["name"], partial(work, self.probe, mark))
            with open(self.path("answer"), "w", encoding="utf-8", errors="replace") as file:
                json.dump(answer, file, ensure_ascii=False)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(0)

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def read(self, name: str) -> str:
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def result(self, status: int, hung: bool) -> Answer:
        text = self.read("answer")
        answer: Answer = {"probe": self.probe["name"], "outcome": "crashed", "value": {}}
        if hung:
            answer["outcome"] = "hung"
        elif text:
            answer = json.loads(text)
        else:
            answer["signal"] = status & 0x7F
            if is_timeout(self.read("err")):
                answer["outcome"] = "hung"
        answer.setdefault("seconds", time.monotonic() - self.started)
        answer.update(out=self.read("out")[-KEPT:], err=self.read("err")[-KEPT:])
        return answer


def fork_all(probes: list[dict[str, Any]], jobs: int, tell: Tell) -> None:
    waiting = list(probes)
    running: dict[int, Child] = {}
    with tempfile.TemporaryDirectory(prefix="ts-") as scratch:  # short: sockets below it have at most 108 bytes of path
        while waiting or running:
            while waiting and len(running) < jobs:
                folder = tempfile.mkdtemp(dir=scratch)
                child = Child(waiting.pop(0), folder)
                running[child.pid] = child
            for pid, child in list(running.items()):
                done, status = os.waitpid(pid, os.WNOHANG)
                late = time.monotonic() > child.deadline
                if done or late:
                    end_group(pid)
                    if not done:
                        os.waitpid(pid, 0)
                    del running[pid]
                    mark = child.read("imported")
                    if mark:
                        tell(json.loads(mark))
                    tell(child.result(status, late and not done))
            time.sleep(0.005)


def is_timeout(errors: str) -> bool:
    """Whether faulthandler ended the process."""
    return "Timeout (" in errors and "most recent call first" in errors


def end_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def die_with_parent() -> None:
    """On Linux, a child whose parent is killed gets SIGKILL (prctl PR_SET_PDEATHSIG = 1)."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


if __name__ == "__main__":
    main()
