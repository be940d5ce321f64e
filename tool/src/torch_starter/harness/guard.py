"""Ends a process before it harms others: where the memory is nearly full, and where nobody waits for it any more."""

from __future__ import annotations

import os
from typing import Any

GUARDED = 0.5  # seconds from one look to the next
LEAST_FREE = 0.04  # of the memory


class Guard:
    """Looks now and then, when a step has ended."""

    def __init__(self, watch: Any) -> None:
        self.watch, self.looked = watch, 0.0

    def look(self, now: float) -> None:
        """`now` is in seconds of a clock."""
        if now < self.looked + GUARDED:
            return
        self.looked = now
        tool = self.watch.request.get("tool")
        if tool and os.path.isdir("/proc/self") and not os.path.isdir("/proc/%d" % tool):
            self.watch.answer.end("exit")
        if self.watch.beside("meter").free_share() < LEAST_FREE:
            self.watch.answer.end("memory")
