"""What Python is doing, seen by a thread that looks at the interpreter's frames again and again.

It answers with seconds by stack: functions from the outermost in, each as (function, file, line).
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

Frame = Tuple[str, str, int]
Seen = Dict[Tuple[Frame, ...], float]

HERE = os.path.dirname(os.path.abspath(__file__))
MOST = 2000  # stacks that are told: those that were seen longest
DEPTH = 100  # frames of each, the innermost
AT_ONCE = 1e-5  # seconds that the thread waits for the interpreter: else it has its turn where another call lets go of it
CLOCK = time.perf_counter


class Looking:
    """A thread that looks at the one that made it. It costs nothing but its looks, so that it can go on all the time."""

    def __init__(self, every: float = 0.01) -> None:
        self.every, self.seen = every, {}  # type: float, Seen
        self.subject = threading.get_ident()
        self.process = os.getpid()
        self.done = threading.Event()
        self.thread: Optional[threading.Thread] = None
        self.interval = sys.getswitchinterval()

    def start(self) -> None:
        self.done.clear()
        self.interval = sys.getswitchinterval()
        sys.setswitchinterval(AT_ONCE)
        self.thread = threading.Thread(target=self.run, name="torch-starter", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.done.set()
        sys.setswitchinterval(self.interval)
        if self.thread is not None and os.getpid() == self.process:  # of a fork it is not there
            self.thread.join(1.0)
        self.thread = None

    def run(self) -> None:
        last = CLOCK()
        while not self.done.wait(self.every):
            frame = sys._current_frames().get(self.subject)
            now = CLOCK()
            if frame is not None:
                stack = walked(frame)
                self.seen[stack] = self.seen.get(stack, 0.0) + now - last
            last = now


def beside_target(name: str, overlay: str) -> Any:
    """A module of the target or, where it has none, of the folder beside it; what else is there hides nothing of the target's."""
    if overlay:
        sys.path.append(overlay)
    try:
        return __import__(name)
    except (ImportError, AttributeError, OSError, SyntaxError, TypeError, ValueError):  # there is another way to look
        return None
    finally:
        if overlay and overlay in sys.path:
            sys.path.remove(overlay)


def walked(frame: Any) -> Tuple[Frame, ...]:
    """The functions that a frame was called by, the outermost first."""
    found: List[Frame] = []
    while frame is not None and len(found) < DEPTH:
        code = frame.f_code
        if not ours(code.co_filename):
            found.append((getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0))
        frame = frame.f_back
    return tuple(reversed(found))


def ours(file: str) -> bool:
    """Whether a file is one of ours, or of what looks."""
    return file.startswith(HERE) or file.startswith("<frozen")


def own(file: str) -> bool:
    """Whether a file is the user's: of no installed package, and not of Python."""
    installed = "site-packages" in file or "dist-packages" in file or file.startswith((sys.base_prefix + os.sep, HERE))
    return not installed and not file.startswith("<") and bool(file)


def told(seen: Seen, every: float, steps: int) -> Dict[str, Any]:
    """As core/profile.Stacks has it; of too many stacks those that were seen longest."""
    frames: Dict[Frame, int] = {}
    stacks = []
    for stack in sorted(seen, key=lambda each: -seen[each])[:MOST]:
        numbers = [frames.setdefault(frame, len(frames)) for frame in stack]
        if numbers:
            stacks.append([numbers, seen[stack]])
    named = [[function, file, line, own(file)] for function, file, line in frames]
    return {"frames": named, "stacks": stacks, "every": every, "steps": steps}
