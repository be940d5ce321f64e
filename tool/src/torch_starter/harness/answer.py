"""The answer of one process of a trial, written beside its request; and the end of the process."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import Any, Dict, List

KEPT = 2000  # steps whose seconds are told
NAMED = 50  # files that were written aside


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
            course = self.watch.course
            if course.meter is not None and course.window is None and len(course.times) > course.first:
                course.close(len(course.times) - course.first)
            self.give("exit")

    def give(self, how: str) -> None:
        """All that was seen: core/tuning.Told."""
        self.given = True
        watch, course, torch = self.watch, self.watch.course, self.watch.torch
        told = {
            "kind": course.kind,
            "ended": how,
            "rank": int(os.environ.get("RANK") or 0),
            "world": int(os.environ.get("WORLD_SIZE") or 1),
            "steps": seconds(course.times)[:KEPT],
            "window": course.window,
            "losses": [float(each.float()).hex() for each in watch.losses],
            "digest": course.digest,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "seconds": time.perf_counter() - watch.began,
            "turns": watch.turns.done,
            "look": course.look,
            "forwards": watch.forwards,
            "kept": watch.request["redirect"].kept()[:NAMED],
            **watch.seen,
        }
        if torch is not None:
            told.update(self.of_torch(torch))
        self.write("answer" if course.times else "other", told)  # such as a launcher, or what looks after others' memory

    def of_torch(self, torch: Any) -> Dict[str, Any]:
        """What torch tells of itself, and what is in effect."""
        course, gpu = self.watch.course, torch.cuda.is_available() and torch.cuda.is_initialized()
        groups = course.optimizer.param_groups if course.optimizer is not None else []
        device = next((str(each.device) for group in groups for each in group["params"]), "cuda:0" if gpu else "cpu")
        return {
            "version": str(torch.__version__),
            "device": device,
            "device_memory": torch.cuda.max_memory_reserved() if gpu else 0,
            "distributed": bool(torch.distributed.is_available() and torch.distributed.is_initialized()),
            "effect": self.watch.beside("effect").read_back(),
        }


def seconds(times: List[float]) -> List[float]:
    """From the end of each step to that of the next."""
    return [after - before for before, after in zip(times[:-1], times[1:])]  # noqa: RUF007  there is none in Python 3.8
