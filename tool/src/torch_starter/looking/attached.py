"""What was recorded of a process from outside, as processes with stacks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from torch_starter.core.profile import Process, Stacks, Worker
from torch_starter.looking import py_spy

WORKS = 0.01  # of a processor: other threads that work less are not told


@dataclass(frozen=True)
class Recorded:
    """What was seen of a process. `gil`: in which share of the looks somebody held the interpreter's lock; None: not known.

    `rate`: looks a second; `busy`: how much of a processor each thread used; `interrupted`: before all of it was seen.
    """

    seen: Sequence[py_spy.Seen]
    native: bool
    seconds: float
    gil: float | None
    rate: float
    busy: dict[int, float]
    interrupted: bool


def processes(process: int, found: Recorded) -> tuple[Process, ...]:
    """Each with its stacks, the one that was asked for first; a loader's workers as its own, where it has any."""
    by = {number: [each for each in found.seen if each.process == number] for number in {each.process for each in found.seen}}
    loading = sorted(number for number, seen in by.items() if number != process and any(map(loads, seen)))
    order = sorted((number for number in by if number not in loading), key=lambda each: (each != process, each))
    told = [one(number, rank, by[number], found) for rank, number in enumerate(order)]
    rows = tuple(worker(number, process, each, by[each], found) for number, each in enumerate(loading))
    return tuple(msgspec.structs.replace(each, workers=rows if each.process == process else ()) for each in told)


def loads(seen: py_spy.Seen) -> bool:
    """Whether it is a worker of a DataLoader."""
    return any(frame.function == "_worker_loop" for frame in seen.frames)


def one(number: int, rank: int, seen: Sequence[py_spy.Seen], found: Recorded) -> Process:
    """One process: with the stacks of its main thread, and of those that worked."""
    return Process(
        process=number,
        rank=rank,
        ended="attached",
        seconds=found.seconds,
        cpu=computed(seen, found),
        threads=len({each.thread for each in seen}),
        stacks=stacks(number, seen, found),
        sampler="py-spy",
    )


def worker(number: int, parent: int, process: int, seen: Sequence[py_spy.Seen], found: Recorded) -> Worker:
    """A process of a DataLoader."""
    told, cpu = stacks(process, seen, found), computed(seen, found)
    return Worker(number=number, process=process, parent=parent, batches=0, seconds=found.seconds, cpu=cpu, stacks=told)


def stacks(process: int, seen: Sequence[py_spy.Seen], found: Recorded) -> Stacks:
    """Of its main thread, and of others where these worked."""
    working = [each for each in seen if each.thread == process or found.busy.get(each.thread, 1.0) >= WORKS] or seen
    return py_spy.stacks(working, 1 / found.rate, found.native, len({each.thread for each in working}) > 1)


def computed(seen: Sequence[py_spy.Seen], found: Recorded) -> float:
    """Seconds that its threads computed."""
    return sum(found.busy.get(thread, 0.0) for thread in {each.thread for each in seen}) * found.seconds
