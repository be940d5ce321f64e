"""Whether batches are put into memory that a GPU fetches by itself."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, needs_gpu


def available(subject: Subject) -> Iterator[Value]:
    needs_gpu(subject)
    if not subject.told.loaders:
        raise Absent("it makes no DataLoader")
    if all(each.pinned for each in subject.told.loaders):
        raise Absent("they are already")
    yield Value("yes", turns={"loader": {"pin_memory": True}})


def read(effect: Effect) -> str:
    return effect.get("loader pinned", "")


SETTING = Setting(
    name="pinned-memory",
    title="memory that a GPU fetches by itself",
    about="A thread of the DataLoader puts each batch into memory that the kernel does not move, from which a GPU fetches it "
    "faster, and with non_blocking=True while it computes.",
    safety="bit-identical",
    bounds=("data",),
    available=available,
    read=read,
    source="PyTorch's tutorial on pinned memory; 1.4 times on an A100 in ml-engineering",
    code=True,
    edit="pin_memory=True of the DataLoader, and .to(device, non_blocking=True) of what it gives",
)
