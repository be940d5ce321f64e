"""How torch takes memory of a GPU."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.allocator import split, variable_name
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides, needs_gpu

OPTION = "expandable_segments"


def available(subject: Subject) -> Iterator[Value]:
    """What the command says to the allocator otherwise stays as it is."""
    needs_gpu(subject)
    name = variable_name(subject.torch)
    others = [part for part in split(subject.variables.get(name, "")) if part.partition(":")[0].strip() != OPTION]
    yield from besides(read(subject.told.effect), [Value(OPTION, {name: ",".join([*others, f"{OPTION}:True"])})])


def read(effect: Effect) -> str:
    told = effect.get("cuda allocator", "")
    return OPTION if f"{OPTION}:True" in told.split(",") else "segments of one size" if told else ""


SETTING = Setting(
    name="cuda-allocator",
    title="segments of a GPU's memory that grow",
    about="Torch takes memory of a GPU in pieces that can be made longer, so that less of it lies between them unused: a "
    "training that nearly fills it need not give memory back and take it again.",
    safety="bit-identical",
    bounds=("memory", "launch"),
    available=available,
    read=read,
    source="The notes on CUDA memory; 28 % less of it in cp2k#5672. torch 2.9.1 ignored it under its new name: pytorch#183387.",
)
