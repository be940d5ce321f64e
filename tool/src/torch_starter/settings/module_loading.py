"""When the CUDA driver loads what it computes with."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides, needs_gpu


def available(subject: Subject) -> Iterator[Value]:
    """The other way than it is now."""
    needs_gpu(subject)
    if not read(subject.told.effect):
        raise Absent("this driver does not tell it")
    yield from besides(
        read(subject.told.effect), (Value(mode, {"CUDA_MODULE_LOADING": mode.upper()}) for mode in ("lazy", "eager"))
    )


def read(effect: Effect) -> str:
    return effect.get("module loading", "")


SETTING = Setting(
    name="module-loading",
    title="when kernels are loaded",
    about="The driver loads a kernel when it is called first (lazy), or all of them at the start (eager): that takes longer and "
    "more memory, and nothing is loaded between steps then.",
    safety="bit-identical",
    bounds=("launch",),
    available=available,
    read=read,
    source="CUDA's programming guide, lazy loading",
)
