"""What advice on small operations shares: which calls are of a loop."""

from __future__ import annotations

from torch_starter.core.profile import Call

OFTEN = 32  # times a step, the same function at the same line: a loop
SMALL = 50e-6  # seconds of a call: to begin it takes longer than to compute it


def looped(call: Call) -> bool:
    """Whether it is called in a loop, and small."""
    return not call.reads and call.count >= OFTEN and call.seconds / call.count < SMALL
