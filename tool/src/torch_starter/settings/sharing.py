"""How workers hand tensors to the main process."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides, working


def available(subject: Subject) -> Iterator[Value]:
    working(subject)
    yield from besides(read(subject.told.effect), [Value("file_system", turns={"sharing": "file_system"})])


def read(effect: Effect) -> str:
    return effect.get("sharing", "")


SETTING = Setting(
    name="sharing",
    title="how workers hand over tensors",
    about="Each tensor of a batch is a piece of shared memory, handed over as an open file, or by its name (file_system): that "
    "needs no open file for each, and leaves pieces behind where a program is killed.",
    safety="bit-identical",
    bounds=("data",),
    available=available,
    read=read,
    source="PyTorch's notes on multiprocessing, sharing strategies",
    code=True,
    edit='torch.multiprocessing.set_sharing_strategy("file_system"), before data is loaded',
)
