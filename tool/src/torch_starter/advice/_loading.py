"""What advice on data shares: how long steps wait for it, and what begins again with each epoch."""

from __future__ import annotations

from torch_starter.advice._time import warm
from torch_starter.core.profile import Process
from torch_starter.core.tuning import Loader


def loader_of(process: Process) -> Loader:
    """The one that steps wait for: the first that is made, since those for validation are made after it."""
    return process.loaders[0] if process.loaders else Loader()


def restarting(process: Process) -> float:
    """Seconds a step, in the mean, that the beginnings of epochs take beyond an ordinary wait: those steps wait longest."""
    steps, loader = warm(process), loader_of(process)
    if not loader.workers or loader.persistent or not process.epochs or len(steps) <= 2 * process.epochs:
        return 0.0
    waits = sorted((step.data for step in steps), reverse=True)
    first, others = waits[: process.epochs], waits[process.epochs :]
    usual = others[len(others) // 4]  # of those that begin none a long one: workers that are late are waited for by some
    return sum(max(0.0, wait - usual) for wait in first) / len(steps)


def waiting(process: Process) -> float:
    """Seconds of a step that wait for data, without what begins an epoch."""
    return max(0.0, process.parts.get("data", 0.0) - restarting(process))
