"""How many batches each worker loads ahead."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides, working

AHEAD = (4, 8)  # two by itself


def available(subject: Subject) -> Iterator[Value]:
    most = max(each.prefetch or 2 for each in working(subject))
    counts = [count for count in AHEAD if count > most] or [2 * most]
    yield from besides(
        read(subject.told.effect), (Value(str(count), turns={"loader": {"prefetch_factor": count}}) for count in counts)
    )


def read(effect: Effect) -> str:
    return effect.get("loader prefetch", "")


SETTING = Setting(
    name="prefetch",
    title="batches loaded ahead",
    about="A worker that has more batches ready covers those that take longer than others. They are kept in memory meanwhile, "
    "and are the same.",
    safety="bit-identical",
    bounds=("data",),
    available=available,
    read=read,
    source="The manual of DataLoader, prefetch_factor",
    code=True,
    edit="prefetch_factor=… of the DataLoader",
)
