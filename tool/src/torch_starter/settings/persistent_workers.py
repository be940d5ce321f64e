"""Whether the workers of a DataLoader stay from one epoch to the next."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, working


def available(subject: Subject) -> Iterator[Value]:
    if all(each.persistent for each in working(subject)):
        raise Absent("they stay already")
    yield Value("yes", turns={"loader": {"persistent_workers": True}})


def read(effect: Effect) -> str:
    return effect.get("loader persistent", "")


SETTING = Setting(
    name="persistent-workers",
    title="workers that stay",
    about="Workers are not started anew at each epoch. Their random numbers go on then instead of beginning again, and torch "
    "draws one fewer in the main process at each epoch, so that data is shuffled in another way from the second on. While it is "
    "tried that one is drawn, so that both train on the same.",
    safety="rounding",
    bounds=("data",),
    available=available,
    read=read,
    source="The manual of DataLoader, persistent_workers. Measured: the order of the second epoch.",
    code=True,
    edit="persistent_workers=True of the DataLoader",
)
