"""How many operations may run beside each other on processors."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides


def available(subject: Subject) -> Iterator[Value]:
    if subject.told.effect.get("interop threads", "1") == "1":
        raise Absent("it is one already")
    if subject.told.effect.get("interop pool") != "started":
        raise Absent("it runs no operations beside each other")
    yield from besides(read(subject.told.effect), [Value("1", turns={"interop_threads": 1})])


def read(effect: Effect) -> str:
    return effect.get("interop threads", "")


SETTING = Setting(
    name="interop-threads",
    title="operations beside each other",
    about="Torch keeps as many threads as there are cores to run whole operations beside each other, which TorchScript asks for "
    "alone. Each of them computes with threads of its own. No operation computes in another way.",
    safety="bit-identical",
    bounds=("threads",),
    available=available,
    read=read,
    source="PyTorch's notes on CPU threading and TorchScript inference",
    code=True,
    edit="torch.set_num_interop_threads(1), before anything is computed",
)
