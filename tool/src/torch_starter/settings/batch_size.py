"""More at once, where a device has room for it."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect

FULL = 0.5  # of a GPU's memory
BUSY = 0.8  # of a step that a device computes
STARTING = 0.3  # of a step that is spent on starting operations


def available(subject: Subject) -> Iterator[Value]:
    bounds, told = subject.bounds, subject.told
    whole = int(told.effect.get("device memory", "0"))
    if subject.gpu and (not whole or told.device_memory / whole > FULL):
        raise Absent("the memory of the GPU has no room for it" if whole else "the memory of the GPU is not told")
    if bounds.get("compute", 1.0) > BUSY and bounds.get("launch", 0.0) < STARTING:
        raise Absent("what computes is kept busy as it is")
    yield Value("larger")


def read(effect: Effect) -> str:
    return ""


SETTING = Setting(
    name="batch-size",
    title="a larger batch",
    about="More is computed at once: operations are larger, and fewer are started for the same data. Training goes another way, "
    "and the rate at which it learns has to fit.",
    safety="semantics",
    bounds=("launch",),
    available=available,
    read=read,
    source="PyTorch's tuning guide",
    edit="a larger batch would keep the device busy, and there is room for it; training changes with it, and the learning rate "
    "should",
)
