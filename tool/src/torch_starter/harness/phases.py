"""The parts of each step: waiting for data, forward, backward, the optimizer; what is left is the script's own Python.

A part that begins in another one holds that up: each second is counted once. Where torch's profiler looks, it is told the parts.
Only the thread that does the steps is looked at: another one, such as one that fetches data ahead, holds nothing up.
"""

from __future__ import annotations

import functools
import gc
import os
import threading
import time
from typing import Any, Callable, Dict, List, Optional

CLOCK, CPU_CLOCK = time.perf_counter, time.process_time
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
PARTS = ("data", "forward", "backward", "optimizer")
NAME = "torch-starter: "  # before the names of parts in a trace


class Phases:
    """Clocks of the parts. `told` ends a step; `changed`, where it is set, is called with each part that begins or ends."""

    def __init__(self) -> None:
        self.torch: Any = None
        self.thread = threading.get_ident()
        self.open: List[str] = []
        self.spent = dict.fromkeys(PARTS, 0.0)
        self.since = CLOCK()
        self.recording = False
        self.records: List[Any] = []
        self.changed: Optional[Callable[[str, bool], None]] = None
        self.memory = statm()
        self.epochs = 0
        self.epoch_seconds = 0.0
        self.last = (CLOCK(), CPU_CLOCK(), dict(self.spent))

    def begin(self, part: str) -> None:
        """What was open so far waits."""
        if threading.get_ident() != self.thread:
            return
        now = CLOCK()
        if self.open:
            self.spent[self.open[-1]] += now - self.since
        self.since = now
        self.open.append(part)
        if self.recording:
            self.records.append(self.torch.profiler.record_function(NAME + part))
            self.records[-1].__enter__()
        if self.changed is not None:
            self.changed(part, True)

    def end(self, part: str) -> None:
        """One that never began, since it was under way when we came, is none."""
        if part not in self.open or threading.get_ident() != self.thread:
            return
        now = CLOCK()
        self.spent[self.open[-1]] += now - self.since
        self.since = now
        while self.open.pop() != part:  # those in it that an error left open
            pass
        while len(self.records) > len(self.open):
            self.records.pop().__exit__(None, None, None)
        if self.changed is not None:
            self.changed(part, False)

    def record(self, wanted: bool) -> None:
        """From here on the parts are told to torch's profiler, or no more; what is open now is not."""
        self.recording = wanted
        while self.records and not wanted:
            self.records.pop().__exit__(None, None, None)

    def told(self) -> Dict[str, float]:
        """A step has ended: what it took, in all and in its parts, since the last one did; core/profile.Step."""
        now, cpu = CLOCK(), CPU_CLOCK()
        if self.thread != threading.get_ident():  # the script does its steps in a thread of its own
            self.thread = threading.get_ident()
            self.open.clear()
            self.records.clear()
        if self.open:
            self.spent[self.open[-1]] += now - self.since
            self.since = now
        before, cpu_before, spent = self.last
        self.last = (now, cpu, dict(self.spent))
        parts = {part: self.spent[part] - spent[part] for part in PARTS}
        return {"wall": now - before, "cpu": cpu - cpu_before, **parts, "resident": self.memory()}

    def after_torch(self, torch: Any) -> None:
        """Hook the parts: before others do, so that what they hook is called after ours has ended."""
        self.torch = torch
        optimizers = __import__("torch.optim.optimizer", fromlist=["optimizer"])
        if hasattr(optimizers, "register_optimizer_step_pre_hook"):
            optimizers.register_optimizer_step_pre_hook(unseen(lambda *_: self.begin("optimizer")))
            optimizers.register_optimizer_step_post_hook(unseen(lambda *_: self.end("optimizer")))
        self.wrap(torch.optim.Optimizer, "zero_grad", "optimizer")
        self.wrap(torch.autograd, "backward", "backward")
        self.wrap(torch.utils.data.dataloader._BaseDataLoaderIter, "__next__", "data")
        self.wrap_epochs(torch.utils.data.DataLoader)

    def wrap(self, owner: Any, name: str, part: str) -> None:
        """A function that is a part."""
        inner = getattr(owner, name)

        @functools.wraps(inner)
        def timed(*given: Any, **named: Any) -> Any:
            self.begin(part)
            try:
                return inner(*given, **named)
            finally:
                self.end(part)

        setattr(owner, name, unseen(timed))

    def wrap_epochs(self, loaders: Any) -> None:
        """Going through a loader from its start may start workers: that is waiting for data, and counted."""
        inner = loaders.__iter__

        @functools.wraps(inner)
        def begun(loader: Any) -> Any:
            started = CLOCK()
            self.begin("data")
            try:
                return inner(loader)
            finally:
                self.end("data")
                self.epochs += 1
                self.epoch_seconds += CLOCK() - started

        loaders.__iter__ = begun

    def first_forward(self, module: Any) -> None:
        """A module that is called by the script itself."""
        module.register_forward_pre_hook(unseen(lambda *_: self.begin("forward")))
        module.register_forward_hook(unseen(lambda *_: self.end("forward")))

    def others(self, known: Any) -> None:
        """Models beside the known one that no other module has: the script calls them by themselves, as in a pair of two."""
        nn = self.torch.nn
        modules = [each for each in gc.get_objects() if issubclass(type(each), nn.Module)]  # which calls nothing of theirs
        inner = {id(child) for each in modules for child in each.children()}
        for each in modules:
            if id(each) not in inner and each is not known and next(each.parameters(), None) is not None:
                self.first_forward(each)


def unseen(function: Callable[..., Any]) -> Any:
    """The function, into which torch.compile does not look. What hooks answer would change what is computed: nothing."""

    @functools.wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        return function(*given, **named)

    called._torchdynamo_disable = True  # type: ignore[attr-defined]
    return called


def statm() -> Callable[[], int]:
    """A function that tells the bytes of this process that are in memory; 0 where the system does not tell."""
    try:
        file = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return lambda: 0

    def resident() -> int:
        return int(os.pread(file, 64, 0).split()[1]) * PAGE

    return resident
