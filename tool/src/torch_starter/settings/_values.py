"""What several settings ask of a subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from torch_starter.core.facts import Absent
from torch_starter.core.tuning import Loader, Model, Subject, Value

Effect = Mapping[str, str]

KNOWN = "they were not read back in the running process"


def besides(now: str, values: Iterable[Value]) -> list[Value]:
    """The values that are not in effect; raises Absent where none is left."""
    found = [value for value in values if value.label != now]
    if not found:
        raise Absent(f"it is so already: {now}")
    return found


def needs_gpu(subject: Subject) -> None:
    """Raises Absent where the command computes on processors."""
    if not subject.gpu:
        raise Absent("it computes on no GPU")


def model(subject: Subject) -> Model:
    """The outermost module that it calls; raises Absent where none was seen."""
    if not subject.told.models:
        raise Absent("it calls no module with parameters")
    return subject.told.models[0]


def loaders(subject: Subject) -> list[Loader]:
    """Its DataLoaders whose data can be asked for by number; raises Absent where it has none."""
    if not subject.told.loaders:
        raise Absent("it makes no DataLoader")
    found = [each for each in subject.told.loaders if not each.iterable]
    if not found:
        raise Absent("the data of its DataLoaders is iterable: each worker would go through all of it")
    return found


def working(subject: Subject) -> list[Loader]:
    """Its DataLoaders that have workers; raises Absent where none has."""
    if not subject.told.loaders:
        raise Absent("it makes no DataLoader")
    found = [each for each in subject.told.loaders if each.workers]
    if not found:
        raise Absent("no DataLoader of it has workers")
    return found


def version(text: str) -> tuple[int, ...]:
    """The numbers that a version such as 2.36 begins with; none where it has none."""
    parts = text.split(".")
    return tuple(int(part) for part in parts[:2]) if all(part.isdecimal() for part in parts[:2]) else ()
