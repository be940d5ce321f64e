"""Less memory for more computing, where memory is what is short."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, needs_gpu

FULL = 0.85  # of a GPU's memory


def available(subject: Subject) -> Iterator[Value]:
    needs_gpu(subject)
    whole = int(subject.told.effect.get("device memory", "0"))
    if subject.told.kind != "training":
        raise Absent("it does not train")
    if not whole or subject.told.device_memory / whole < FULL:
        raise Absent("there is memory left" if whole else "the memory of the GPU is not told")
    yield Value("of each layer")


def read(effect: Effect) -> str:
    return ""


SETTING = Setting(
    name="gradient-checkpointing",
    title="computing again instead of keeping",
    about="What a layer computed is not kept for its gradient but computed again. A step takes longer, and the memory that is "
    "free then may hold a larger batch.",
    safety="semantics",
    bounds=("memory",),
    available=available,
    read=read,
    source="The manual of torch.utils.checkpoint",
    edit="the memory of the GPU is nearly full: torch.utils.checkpoint for each layer takes less of it, and makes room for a "
    "larger batch",
)
