"""Whether each thread that computes stays on a core of its own."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides


def available(subject: Subject) -> Iterator[Value]:
    """The main thread is bound to the first core, and so is all that it starts: no good for workers and for other processes."""
    told = subject.told
    if len(subject.cpus) < 2:
        raise Absent("there is one CPU")
    if told.effect.get("threads") == "1":
        raise Absent("one thread computes")
    if told.world > 1:
        raise Absent("several processes would be bound to the same cores")
    if any(each.workers for each in told.loaders):
        raise Absent("the workers of its DataLoader would all be bound to one core")
    if not read(told.effect):
        raise Absent("what threads are bound to cannot be read back here")
    yield from besides(read(told.effect), [Value("close", {"OMP_PROC_BIND": "close", "OMP_PLACES": "cores"})])


def read(effect: Effect) -> str:
    """How they are bound, where there are places to be bound to."""
    binding = effect.get("openmp binding", "")
    return binding if effect.get("openmp places", "0") != "0" or binding in ("", "no") else "no"


SETTING = Setting(
    name="affinity",
    title="threads on cores of their own",
    about="OpenMP's threads are bound to cores that are next to each other, so that they find in the caches what they left "
    "there. What the main thread starts (workers of a DataLoader, other programs) is bound to its core, too.",
    safety="bit-identical",
    bounds=("threads", "memory"),
    available=available,
    read=read,
    source="The OpenMP specification, OMP_PROC_BIND. Measured: two workers of a DataLoader shared one of two cores; "
    "pytorch#101850.",
)
