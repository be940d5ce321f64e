"""What all advice on memory shares: what the whole is, and how much smaller it becomes."""

from __future__ import annotations

from torch_starter.core.place import Place
from torch_starter.core.profile import Frame, Memory, Process, Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

LEAST = 1.05  # of a gain that is told
STEPS = 1000  # for which what grows is foreseen
ON_GPU = ("cuda", "xpu")


def on_gpu(process: Process) -> bool:
    """Whether tensors of the training lie in a GPU's memory."""
    return process.device.startswith(ON_GPU)


def memory_of(profile: Profile) -> Memory:
    """Of the process of rank 0; an empty one where none told."""
    return profile.main.memory or Memory()


def whole(process: Process) -> int:
    """The bytes that tensors count against: the peak of the GPU, or else all that the process had in memory at its largest."""
    memory = process.memory or Memory()
    if on_gpu(process) and memory.gpu is not None and memory.gpu.peak:
        return memory.gpu.peak
    return resident(memory)


def resident(memory: Memory) -> int:
    """What the process had in memory at its largest."""
    return memory.resident_peak or memory.peak


def smaller(now: float, saved: float) -> float:
    """How many times as small it is without so many bytes. Something always remains."""
    return now / max(now - saved, now / 20) if now > 0 else 1.0


def finding(of: str, title: str, seen: str, remedy: str, gain: float, place: Place | None) -> Finding:
    """A finding of this id."""
    return Finding(id=of, verdict="warn", title=title, seen=seen, remedy=remedy, gain=gain, place=place)


def leads_to(now: float, saved: float) -> str:
    """Such as: 861.0 MiB at its peak, about 551.0 MiB without."""
    return f"{memory_size(now)} at its peak, about {memory_size(max(now - saved, now / 20))} without"


def foreseen(now: float, rate: float, steps: int) -> float:
    """How many times as large it is after STEPS steps more as it would be if no step had left anything."""
    return smaller(now + STEPS * rate, (STEPS + steps) * rate) if now > 0 else 1.0


def functions(frames: tuple[Frame, ...]) -> list[str]:
    """The functions that the user's innermost line calls."""
    last = max((number for number, frame in enumerate(frames) if frame.own), default=-1)
    return [frame.function.rsplit(".", 1)[-1] for frame in frames[last + 1 :]]
