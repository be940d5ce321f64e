"""What all advice on time shares: how much faster a step becomes, and words for shares and seconds."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._ranking import LEAST
from torch_starter.core.kinds import Advice
from torch_starter.core.place import Place
from torch_starter.core.profile import Process, Step
from torch_starter.core.report import Finding

SAVED = 0.98  # of a step at most: something always remains


def faster(saved: float) -> float:
    """How many times as fast a step is without such a share of it: Amdahl's law."""
    return 1 / (1 - min(max(saved, 0.0), SAVED))


def told(advice: Advice, title: str, seen: str, remedy: str, gain: float, place: Place | None = None) -> Iterator[Finding]:
    """The finding, where its gain is worth an edit."""
    if gain >= LEAST:
        yield Finding(id=advice.id, verdict="warn", title=title, seen=seen, remedy=remedy, gain=gain, place=place)


def percent(share: float) -> str:
    """62 %."""
    return f"{100 * share:.0f} %"


def milliseconds(seconds: float) -> str:
    """In few digits: 113 ms, 0.42 ms."""
    return f"{1e3 * seconds:.0f} ms" if seconds >= 0.01 else f"{1e3 * seconds:.2g} ms"


def times(count: float) -> str:
    """How often a step: 48 times, 0.5 times."""
    return f"{count:.0f} times" if count >= 2 else "once" if 0.95 < count < 1.05 else f"{count:.1f} times"


def part_of(process: Process, seconds: float) -> str:
    """Such as: 62 % of each step, 113 of 182 ms."""
    return f"{percent(seconds / process.mean)} of each step, {milliseconds(seconds)} of {milliseconds(process.mean)}"


def on_gpu(process: Process) -> bool:
    """Whether a GPU computes for it."""
    return process.gpu is not None or process.device.startswith(("cuda", "xpu"))


def warm(process: Process) -> list[Step]:
    """The steps after the warm-up, however they were looked at."""
    return [step for step in process.steps if step.mode != "warm"]
