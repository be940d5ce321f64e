"""Where a process that was looked at from outside spends its time, from stacks alone. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from torch_starter.core.place import Place
from torch_starter.core.report import Finding
from torch_starter.looking.look import natively, within
from torch_starter.looking.proc import FUNCTIONS
from torch_starter.looking.py_spy import Seen, Thread, is_native
from torch_starter.looking.training import COLLECTIVE, LOADER, SYNCING

LEAST = 0.05  # of the time: with less of it nothing is told
READING = ("at::_local_scalar_dense", "THPVariable_item", "torch::utils::dispatch_local_scalar")
LOCKS = (
    "queue.py:get",
    "queue.py:put",
    "threading.py:wait",
    "threading.py:acquire",
    "threading.py:join",
    "threading.py:_wait_for_tstate_lock",
)


@dataclass(frozen=True)
class Kind:
    """A way to spend time: `word` for scripts, what it is, and the edit."""

    word: str
    what: str
    remedy: str
    seen: Callable[[Thread], object]


def waits(thread: Thread, *names: str) -> bool:
    """Whether it is in one of these functions of the C library."""
    return any(FUNCTIONS.get(name) in names for name in thread.leaf)


KINDS = (
    Kind(
        "loader",
        "waiting for a DataLoader",
        "more num_workers, or a cheaper dataset; look at a worker: --attach its process",
        lambda each: within(each, *LOADER),
    ),
    Kind(
        "collective",
        "waiting for other ranks",
        "look at the other ranks: the slowest is waited for",
        lambda each: any(COLLECTIVE.search(frame.file) for frame in each.python[-4:]) or natively(each, "nccl", "gloo::"),
    ),
    Kind(
        "sync",
        "waiting for a GPU to finish",
        "read values of tensors less often: not .item() each step",
        lambda each: natively(each, *SYNCING, *READING) or within(each, "torch/cuda/__init__.py:synchronize", "synchronize"),
    ),
    Kind(
        "lock",
        "waiting for a lock or a queue",
        "hold the lock for less, or have more threads fill the queue",
        lambda each: within(each, *LOCKS) or "lock_PyThread_acquire_lock" in each.leaf,
    ),
    Kind("sleep", "asleep", "take the sleep out, or wait for an event", lambda each: waits(each, "nanosleep")),
    Kind(
        "process",
        "waiting for another process",
        "do something meanwhile, or make that one faster",
        lambda each: waits(each, "wait4", "waitid"),
    ),
    Kind(
        "network",
        "waiting for the network",
        "ask ahead, in a thread or a worker",
        lambda each: waits(each, "recv", "send", "connect", "accept"),
    ),
    Kind(
        "reading",
        "reading and writing files",
        "read ahead in workers, or keep what is read in memory",
        lambda each: waits(each, "read", "write"),
    ),
    Kind(
        "python",
        "in Python itself",
        "move the loop into torch or NumPy: a call for all of it",
        lambda each: each.frames and not is_native(each.frames[-1]),
    ),
)


def findings(seen: Sequence[Seen], native: bool) -> Iterator[Finding]:
    """What the main thread spends its time on, the largest share first; `seen` are its stacks."""
    total = sum(each.count for each in seen)
    shares: dict[Kind, int] = defaultdict(int)
    places: dict[Kind, dict[Place, int]] = defaultdict(lambda: defaultdict(int))
    for each in seen:
        thread = Thread(each.thread, each.name, True, False, each.frames)
        kind = next((kind for kind in KINDS if kind.seen(thread)), None)
        if kind is None or (kind.word == "python" and not native):
            continue
        shares[kind] += each.count
        if thread.place is not None:
            places[kind][Place(thread.place.file, thread.place.line)] += each.count
    for kind, count in sorted(shares.items(), key=lambda pair: -pair[1]):
        if count >= LEAST * total:
            yield finding(kind, count / total, places[kind], total)


def finding(kind: Kind, share: float, places: dict[Place, int], total: int) -> Finding:
    """One of them, with the line that holds most of it."""
    place = max(places, key=lambda each: places[each], default=None)
    most = f", {100 * places[place] / total:.0f} % of it at {place}" if place is not None and len(places) > 1 else ""
    bound = f"; without that it were at most {1 / (1 - share):.1f} times as fast" if share < 0.95 else ""
    return Finding(
        id=f"profile.attached.{kind.word}",
        verdict="warn",
        title=f"{100 * share:.0f} % {kind.what}",
        seen=f"of the main thread's time{most}{bound}",
        place=place,
        remedy=kind.remedy,
    )
