"""Whether gradients are copied before they are sent to other processes."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides


def available(subject: Subject) -> Iterator[Value]:
    effect = subject.told.effect
    if subject.told.world < 2:
        raise Absent("it is one process")
    if not read(effect):
        raise Absent("it makes no DistributedDataParallel")
    yield from besides(read(effect), [Value("yes", turns={"bucket_view": True})])


def read(effect: Effect) -> str:
    return effect.get("bucket view", "")


SETTING = Setting(
    name="bucket-view",
    title="gradients that are sent as they are",
    about="Gradients are parts of what DistributedDataParallel sends, instead of copied into it and out of it again.",
    safety="bit-identical",
    bounds=("communication", "memory"),
    available=available,
    read=read,
    source="The manual of DistributedDataParallel, gradient_as_bucket_view",
    code=True,
    edit="gradient_as_bucket_view=True of DistributedDataParallel",
)
