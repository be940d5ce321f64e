"""How many threads compute together."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.core.variables import THREADS
from torch_starter.settings._values import Effect, besides


def available(subject: Subject) -> Iterator[Value]:
    """Of several processes on one machine each has its share. One is the first guess where operations are small."""
    told, bounds = subject.told, subject.bounds
    shares = [max(1, count // told.world) for count in (subject.cores, len(subject.cpus))]
    small = bounds.get("launch", 0.0) > bounds.get("compute", 0.0)
    counts = dict.fromkeys([1, *shares] if small else [*shares, 1])
    if len(counts) == 1 and read(told.effect) == "1":
        raise Absent("there is one CPU for each process, and one thread computes")
    yield from besides(read(told.effect), (value(count, bool(told.threads_set)) for count in counts))


def value(count: int, set_by_script: bool) -> Value:
    return Value(str(count), dict.fromkeys(THREADS, str(count)), {"threads": count} if set_by_script else {})


def read(effect: Effect) -> str:
    return effect.get("threads", "")


SETTING = Setting(
    name="threads",
    title="threads that compute",
    about="All libraries that compute with threads of their own are told the same number, and the script's own call of "
    "torch.set_num_threads says it, too. Too many wait for each other, most of all where others use the processors.",
    safety="rounding",
    bounds=("threads", "launch", "compute"),
    available=available,
    read=read,
    source="Measured: four threads on two busy processors took 40 times as long for a product. Sums are parted by threads.",
    code=True,
    edit="give the number to torch.set_num_threads where the script calls it",
)
