"""Runs probes inside the target's interpreter and writes each answer as one line of JSON.

Started as a script. The request comes as JSON on stdin:
  {"preload": ["torch"], "warm": ["torch._dynamo"], "blocked": [], "fork": true, "jobs": 2, "timeout": 120,
   "probes": [{"name": "science.use_numpy@numpy", "module": "numpy",
               "file": "/…/science.py", "function": "use_numpy", "arguments": {}, "timeout": 120}]}
A probe imports its "module", where it names one, and then calls its "function", where it names one, with its "arguments".
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
from types import ModuleType
from typing import Any, Callable, Dict, Iterator

Answer = Dict[str, Any]
Tell = Callable[[Answer], None]

KEPT = 4000  # characters of a probe's output and traceback that an answer carries
GRACE = 1.0  # seconds between a probe's own time-out, which leaves a traceback, and its end by force


def main() -> None:
    faulthandler.enable()  # a crash leaves a traceback, by which one knows whose library it was
    sys.stdout.flush()  # what was printed at start belongs to this process: a child would print it again
    channel = os.fdopen(int(os.environ.pop("TORCH_STARTER_ANSWERS")), "w", encoding="utf-8", errors="replace")
    os.set_inheritable(channel.fileno(), False)
    request = json.load(sys.stdin)
    for name in request["blocked"]:
        block(name)

    def tell(answer: Answer) -> None:
        channel.write(json.dumps(answer, ensure_ascii=False) + "\n")
        channel.flush()

    die_with_parent()
    for name in request["preload"]:
        answer = limited(request["timeout"], "import " + name, partial(import_version, name))
        if answer["outcome"] != "ok":
            block(name)
        tell(answer)
    for name in request["warm"]:  # what cannot be imported here fails again, and is told, in the probes that need it
        limited(request["timeout"], name, partial(import_version, name))
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
    function: Callable[..., Any] = getattr(module_of(probe["file"]), probe["function"])
    return partial(function, **probe.get("arguments", {}))


MODULES: Dict[str, ModuleType] = {}


def module_of(path: str) -> ModuleType:
    """The module of a probe file, which imports nothing but the standard library; executed once."""
    if path not in MODULES:
        spec = importlib.util.spec_from_file_location("torch_starter_probe", path)
        if spec is None or spec.loader is None:
            raise ImportError("no probe " + path)
        MODULES[path] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(MODULES[path])
    return MODULES[path]


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
    """A forked process that works on one probe, or on several in turn, and leaves answers and output in a folder."""

    def __init__(self, probes: list[dict[str, Any]], folder: str) -> None:
        self.probes, self.folder, self.started = probes, folder, time.monotonic()
        self.deadline = self.started + sum(probe["timeout"] + GRACE for probe in probes)
        self.pid = os.fork()
        if self.pid == 0:
            self.work()

    def work(self) -> None:
        """In the child: a session of its own, quiet, and gone without running the parent's exit handlers."""
        try:
            os.setsid()
            die_with_parent()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.environ["TMPDIR"] = tempfile.tempdir = self.folder  # libraries leave folders behind that only we can clear away
            for number, probe in enumerate(self.probes):
                self.answer(number, probe)
        finally:
            os._exit(0)

    def answer(self, number: int, probe: dict[str, Any]) -> None:
        """Work on one probe, with files of its own for what it prints and answers."""
        for stream, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(self.path(number, name), os.O_RDWR | os.O_CREAT), stream)
        # A file of its own: two writers would mix what is longer than a pipe takes at once.
        mark = os.open(self.path(number, "imported"), os.O_WRONLY | os.O_CREAT)
        answer = limited(probe["timeout"], probe["name"], partial(work, probe, mark))
        with open(self.path(number, "answer"), "w", encoding="utf-8", errors="replace") as file:
            json.dump(answer, file, ensure_ascii=False)
        sys.stdout.flush()
        sys.stderr.flush()

    def path(self, number: int, name: str) -> str:
        return os.path.join(self.folder, "%d.%s" % (number, name))

    def read(self, number: int, name: str) -> str:
        try:
            with open(self.path(number, name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def results(self, status: int, hung: bool) -> Iterator[Answer]:
        """What became of each probe, up to the one that ended the process: those behind it are not answered."""
        for number, probe in enumerate(self.probes):
            mark, text, errors = (self.read(number, name) for name in ("imported", "answer", "err"))
            if mark:
                yield json.loads(mark)
            answer: Answer = json.loads(text) if text else {"probe": probe["name"], "outcome": "crashed", "value": {}}
            if not text:
                answer["seconds"] = time.monotonic() - self.started
                answer["outcome"] = "hung" if hung or is_timeout(errors) else "crashed"
                answer["signal"] = 0 if hung else status & 0x7F
            answer.update(out=self.read(number, "out")[-KEPT:], err=kept(errors))
            yield answer
            if not text:
                return


def kept(text: str) -> str:
    """Of a long text both ends: a crash says first where it was, and last what brought it there."""
    half = KEPT // 2
    return text if len(text) <= KEPT else text[:half] + "\n...\n" + text[-half:]


def fork_all(probes: list[dict[str, Any]], jobs: int, tell: Tell) -> None:
    waiting = in_turn(probes)
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
                    for answer in child.results(status, late and not done):
                        tell(answer)
            time.sleep(0.005)


def in_turn(probes: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The probes that one process works on: each by itself, but those of a file that says IN_TURN together.

    They import the same large packages, which costs more than all that they do.
    """
    shared: dict[str, list[dict[str, Any]]] = {}
    for probe in probes:
        together = probe["function"] and getattr(module_of(probe["file"]), "IN_TURN", False)
        shared.setdefault(probe["file"] if together else probe["name"], []).append(probe)
    return list(shared.values())


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
