"""When a rank has seen enough: those of one machine end together, since one that ends leaves the others waiting."""

from __future__ import annotations

import glob
import os
import time
from typing import Any

WAITS = 15.0  # seconds for the other ranks


class Ranks:
    """`since`: when this one had seen enough; 0 until then."""

    def __init__(self, watch: Any) -> None:
        self.watch, self.since = watch, 0.0

    def enough(self) -> None:
        """End, or where there are other ranks tell what was seen, and go on beside them."""
        if int(os.environ.get("WORLD_SIZE") or 1) == 1:
            self.watch.answer.end("enough")
            return
        self.watch.answer.give("enough")
        self.since = time.perf_counter()
        self.wait(self.since)

    def wait(self, now: float) -> None:
        """End when all ranks of this machine have told what they saw."""
        there = len(glob.glob(os.path.join(self.watch.request["answers"], "profile-*.json")))
        if there >= int(os.environ.get("LOCAL_WORLD_SIZE") or 1) or now > self.since + WAITS:
            self.watch.answer.end("enough")
