"""The course of a trial in one process: steps that warm it up, the window that is measured, a look by a profiler, the end."""

from __future__ import annotations

import hashlib
import os
import resource
import time
from typing import Any, Dict, List, Optional, Tuple

LEAST_STEPS = 5  # that are measured where no number is given
LOOK_STEPS = 3
LOOK_SECONDS = 2.0
HASHED = 1 << 22  # bytes of each parameter
KEPT = 2000  # steps whose seconds are told
NAMED = 50  # files that were written aside
CLOCK = time.perf_counter


class Course:
    """Counts steps, and measures those of the window. `times` are when steps ended, in seconds of the clock."""

    def __init__(self, watch: Any) -> None:
        self.watch, self.request = watch, watch.request
        self.kind = "none"
        self.optimizer: Any = None
        self.times: List[float] = []
        self.window: Optional[Dict[str, Any]] = None
        self.digest = ""
        self.look: Optional[Dict[str, Any]] = None
        self.looking: Any = None
        self.guard = watch.beside("guard").Guard(watch)
        self.meter: Any = None

    def note(self, what: str) -> None:
        """The script has come so far: nothing is done about it here."""

    def after_torch(self, torch: Any) -> None:
        """Before anything else is hooked: nothing more is, here."""

    def first_forward(self, module: Any) -> None:
        """Before the outermost module is called for the first time."""

    def begin_again(self, kind: str, optimizer: Any) -> None:
        """The first step of an optimizer: what was called before was no step."""
        self.kind, self.optimizer, self.times, self.meter = kind, optimizer, [], None

    def step(self) -> None:
        """A step has ended."""
        now = CLOCK()
        if not self.times:
            self.kind = "inference" if self.optimizer is None else "training"
            self.watch.answer.mark("a step is done")
        self.times.append(now)
        if self.looking is not None:
            self.look_on(now)
        elif self.window is not None:
            self.watch.answer.end("enough")
        elif self.meter is not None:
            self.measure(now)
        elif len(self.times) >= int(self.request["warm"]):
            self.open()
        self.guard.look(now)

    def open(self) -> None:
        """Begin to measure: from here on nothing is done between steps but to look at the clock."""
        self.digest = self.hashed()
        self.wait()
        self.usage = resource.getrusage(resource.RUSAGE_SELF)
        self.before = (self.watch.data, self.watch.batches)
        self.first = len(self.times)
        self.meter = self.watch.beside("meter").meter()

    def measure(self, now: float) -> None:
        """Close the window when it has its steps, or has lasted too long."""
        done, wanted = len(self.times) - self.first, int(self.request.get("steps", 0))
        lasted = now - self.meter.wall
        enough = done >= wanted if wanted else done >= LEAST_STEPS and lasted >= self.request["least"]
        slow = lasted > self.request["seconds"]
        if enough or slow:
            self.close(done)
            if self.request.get("look"):
                self.looking = self.watch.beside("look").Look(self.watch.torch)
            else:
                self.watch.answer.end("enough" if enough else "slow")

    def close(self, done: int) -> None:
        """What the window says."""
        self.wait()
        told = self.meter.since()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self.window = {
            "steps": done,
            **told,
            "system": usage.ru_stime - self.usage.ru_stime,
            "faults": usage.ru_minflt - self.usage.ru_minflt,
            "data": self.watch.data - self.before[0],
            "batches": self.watch.batches - self.before[1],
        }

    def look_on(self, now: float) -> None:
        """Let the profiler see some steps; then it is enough."""
        self.looking.steps += 1
        if self.looking.steps >= LOOK_STEPS or now - self.looking.began > LOOK_SECONDS:
            self.look, self.looking = self.looking.told(), None
            self.watch.answer.end("enough")

    def wait(self) -> None:
        """Until a GPU has done all that it was given."""
        cuda = self.watch.torch.cuda
        if cuda.is_available() and cuda.is_initialized():
            cuda.synchronize()

    def hashed(self) -> str:
        """A hash of what was learned by now; empty where that cannot be read, as without NumPy, or on the device meta."""
        if self.optimizer is None:
            return ""
        found = hashlib.sha256()
        try:
            for group in self.optimizer.param_groups:
                for each in group["params"]:
                    flat = getattr(each.detach(), "_local_tensor", each.detach()).reshape(-1).cpu()  # of this process: FSDP
                    part = flat[: HASHED // max(1, flat.element_size())].contiguous()
                    found.update(bytes(part.view(self.watch.torch.uint8).numpy()))
        except (RuntimeError, TypeError):
            return ""
        return found.hexdigest()[:16]

    def at_exit(self) -> None:
        """The script has come to its own end: a window that is open is closed."""
        if self.meter is not None and self.window is None and len(self.times) > self.first:
            self.close(len(self.times) - self.first)

    def told(self, how: str) -> Tuple[str, Dict[str, Any]]:
        """All that was seen, as core/tuning.Told; and what the file is called that it is written to."""
        watch = self.watch
        found = {
            "kind": self.kind,
            "ended": how,
            "rank": int(os.environ.get("RANK") or 0),
            "world": int(os.environ.get("WORLD_SIZE") or 1),
            "steps": seconds(self.times)[:KEPT],
            "window": self.window,
            "losses": [float(each.float()).hex() for each in watch.losses],
            "digest": self.digest,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "seconds": CLOCK() - watch.began,
            "turns": watch.turns.done,
            "look": self.look,
            "forwards": watch.forwards,
            "kept": self.request["redirect"].kept()[:NAMED],
            **watch.seen,
        }
        if watch.torch is not None:
            found.update(self.of_torch(watch.torch))
        return ("answer" if self.times else "other"), found  # such as a launcher, or what looks after others' memory

    def of_torch(self, torch: Any) -> Dict[str, Any]:
        """What torch tells of itself, and what is in effect."""
        gpu = torch.cuda.is_available() and torch.cuda.is_initialized()
        return {
            "version": str(torch.__version__),
            "device": self.watch.beside("telling").device(torch, self.optimizer),
            "device_memory": torch.cuda.max_memory_reserved() if gpu else 0,
            "distributed": bool(torch.distributed.is_available() and torch.distributed.is_initialized()),
            "effect": self.watch.beside("effect").read_back(),
        }


def seconds(times: List[float]) -> List[float]:
    """From the end of each step to that of the next."""
    return [after - before for before, after in zip(times[:-1], times[1:])]  # noqa: RUF007  there is none in Python 3.8
