"""Runs functions in forked children, in turn or together: what crashes or hangs takes only itself down.

The parent must have started no threads and no CUDA. Loaded by its path from the probe files beside it.
"""

from __future__ import annotations

import faulthandler
import json
import math
import os
import re
import signal
import tempfile
import time
from typing import Any, Callable, Dict

Functions = Dict[str, Callable[[], Any]]
Results = Dict[str, Dict[str, Any]]

DUMP_SECONDS = 0.5  # to write down where a child is, before its end
GRACE = 3.0  # for the others to tell their own reason, once one has failed


def _in_turn(functions: Functions, seconds: float, total: float = math.inf) -> Results:
    """One after the other, each with its own time: name -> {"value": …}, or {"error": what became of it}.

    Nobody starts when `total` seconds are over.
    """
    results: Results = {}
    end = time.monotonic() + total
    for name, function in functions.items():
        left = end - time.monotonic()
        late = {name: {"error": "no time was left after %.0f s for the others" % total}}
        results.update(_together({name: function}, min(seconds, left)) if left > 0 else late)
    return results


def _together(functions: Functions, seconds: float, grace: float = GRACE) -> Results:
    """All at once. Where one fails the others have `grace` seconds more; none is left running."""
    with tempfile.TemporaryDirectory() as folder:
        children = [_Child(name, function, os.path.join(folder, str(i))) for i, (name, function) in enumerate(functions.items())]
        try:
            deadline = time.monotonic() + seconds
            while not all([child.ended() for child in children]) and time.monotonic() < deadline:
                if any(child.failed() for child in children):
                    deadline = min(deadline, time.monotonic() + grace)
                time.sleep(0.005)
            return {child.name: child.result(seconds) for child in children}
        finally:
            for child in children:
                child.end()


class _Child:
    """One forked function. It leaves its result in a file, and on SIGUSR1 where it is in another."""

    def __init__(self, name: str, function: Callable[[], Any], path: str) -> None:
        self.name, self.path, self.status = name, path, None  # type: str, str, Any
        self.pid = os.fork()
        if self.pid == 0:
            self._work(function)

    def _work(self, function: Callable[[], Any]) -> None:
        code = 1
        try:
            # Not dump_traceback_later: its thread, where the parent has one, is held to be alive here, and waited for.
            with open(self.path + ".where", "w") as where:
                faulthandler.register(signal.SIGUSR1, file=where)
                result = self._called(function)
            with open(self.path, "w", encoding="utf-8", errors="replace") as file:
                json.dump(result, file)
            code = 0 if "value" in result else 1
        finally:
            os._exit(code)

    def _called(self, function: Callable[[], Any]) -> Dict[str, Any]:
        try:
            return {"value": function()}
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            lines = str(error).strip().splitlines() or [""]
            return {"error": type(error).__name__ + ": " + lines[0][:300]}

    def ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def failed(self) -> bool:
        return bool(self.status)

    def result(self, seconds: float) -> Dict[str, Any]:
        if not self.ended():
            return {"error": "did not come back within %.0f s%s" % (seconds, self._where())}
        try:
            with open(self.path, encoding="utf-8") as file:
                result: Dict[str, Any] = json.load(file)
                return result
        except (OSError, ValueError):
            number = self.status & 0x7F
            return {"error": "killed by " + signal.Signals(number).name if number else "ended without an answer"}

    def _where(self) -> str:
        """Where a child is that does not come back: file, line and function."""
        os.kill(self.pid, signal.SIGUSR1)
        time.sleep(DUMP_SECONDS)
        with open(self.path + ".where", errors="replace") as file:
            found = re.search(r'File "([^"]+)", line (\d+) in (\S+)', file.read())
        return ", at %s:%s in %s" % found.groups() if found else ""

    def end(self) -> None:
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
