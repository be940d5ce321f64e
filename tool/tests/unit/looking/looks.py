"""Made-up looks at a process."""

from __future__ import annotations

from typing import Any

from torch_starter.core.profile import Frame
from torch_starter.looking import stuck
from torch_starter.looking.look import Look, Reason
from torch_starter.looking.proc import Call
from torch_starter.looking.py_spy import Thread

TORCH = "torch/utils/data/"
WAITING = ("_get_data", f"{TORCH}dataloader.py", 1410), ("_try_get_data", f"{TORCH}dataloader.py", 1251)
WORKING = ("_worker_loop", f"{TORCH}_utils/worker.py", 349), ("fetch", f"{TORCH}_utils/fetch.py", 52)


def thread(*frames: tuple[str, str, int], number: int = 1, name: str = "MainThread", c: tuple[str, ...] = ()) -> Thread:
    """A thread in these functions, the last of which are of C; `train.py` is the user's."""
    rows = [Frame(function, file, line, own=file == "train.py") for function, file, line in frames]
    return Thread(number, name, False, False, (*rows, *(Frame(each, "libx.so", 0) for each in c)))


def look(*threads: Thread, call: str = "", given: tuple[int, ...] = (), **more: Any) -> Look:
    """A process whose main thread waits in a system call."""
    return Look(1, threads=threads or (OWN,), calls={1: Call(call, given)} if call else {}, busy={1: 0.0, 2: 0.0}, **more)


def reason(*threads: Thread, **more: Any) -> Reason:
    return stuck.reason(look(*threads, **more))


OWN = thread(("main", "train.py", 3))
LOADING = thread(("main", "train.py", 9), *WAITING)
