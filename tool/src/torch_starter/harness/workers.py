"""Processes of a DataLoader: how long each batch takes them, and what they do meanwhile. Each keeps a file beside the answers."""

from __future__ import annotations

import functools
import json
import os
import time
from typing import Any, Dict, Optional

CLOCK, CPU_CLOCK = time.perf_counter, time.thread_time
EVERY = 0.01  # seconds from one look at its stack to the next
WRITES = 0.5  # seconds from one file to the next


class Workers:
    """Hooks what fetches a batch; in the script's own process nothing is done there."""

    def __init__(self, folder: str, looking: Any) -> None:
        self.folder, self.looking = folder, looking
        self.tallies: Dict[int, Tally] = {}

    def after_torch(self, torch: Any) -> None:
        """Hook it: forked workers have the hook, too; others are started with the harness."""
        fetching = __import__("torch.utils.data._utils.fetch", fromlist=["fetch"])
        for kind in (fetching._MapDatasetFetcher, fetching._IterableDatasetFetcher):
            self.wrap(kind, torch.utils.data.get_worker_info)

    def wrap(self, kind: Any, info: Any) -> None:
        inner = kind.fetch

        @functools.wraps(inner)
        def fetch(fetcher: Any, numbers: Any) -> Any:
            worker = info()
            if worker is None:
                return inner(fetcher, numbers)
            tally = self.tally(worker.id)
            start, cpu = CLOCK(), CPU_CLOCK()
            try:
                return inner(fetcher, numbers)
            finally:
                tally.note(CLOCK() - start, CPU_CLOCK() - cpu)

        kind.fetch = fetch

    def tally(self, number: int) -> Tally:
        """That of this process; one that a fork has inherited is another's."""
        if os.getpid() not in self.tallies:
            self.tallies[os.getpid()] = Tally(self.folder, number, self.looking)
        return self.tallies[os.getpid()]


class Tally:
    """Batches of one worker."""

    def __init__(self, folder: str, number: int, looking: Any) -> None:
        self.path = os.path.join(folder, "worker-%d.json" % os.getpid())
        self.number, self.looking = number, looking
        self.batches, self.spent, self.cpu, self.written = 0, 0.0, 0.0, 0.0
        self.sampler: Optional[Any] = None

    def note(self, spent: float, cpu: float) -> None:
        """One batch more: the first may import and open things, and is left out where there are others."""
        self.batches += 1
        if self.sampler is None:
            self.sampler = self.looking.Looking(EVERY)
            self.sampler.start()
        if self.batches == 2:
            self.spent, self.cpu = 0.0, 0.0
        self.spent, self.cpu = self.spent + spent, self.cpu + cpu
        few = self.batches & (self.batches - 1) == 0  # at 1, 2, 4 …: a run may end before a second has passed
        if few or CLOCK() > self.written + WRITES:
            self.written = CLOCK()
            self.write()

    def write(self) -> None:
        """As core/profile.Worker has it. A full disk is no reason to end a worker."""
        assert self.sampler is not None
        counted = max(1, self.batches - 1)
        told = {
            "number": self.number,
            "process": os.getpid(),
            "parent": os.getppid(),
            "batches": self.batches,
            "seconds": self.spent / counted,
            "cpu": self.cpu / counted,
            "stacks": self.looking.told(dict(self.sampler.seen), EVERY, self.batches),
        }
        try:
            with open(self.path + ".part", "w") as file:
                json.dump(told, file)
            os.replace(self.path + ".part", self.path)
        except OSError:
            pass
