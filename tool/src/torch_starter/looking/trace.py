"""Reads a trace of torch's profiler, as Chrome and Perfetto read it: operations, a timeline, and what a GPU did, a step.

The format: the Trace Event Format of Chrome; categories as Kineto writes them. Its times are microseconds.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from torch_starter.core.profile import PARTS, Event, Gpu, Op, Part

NAME = "torch-starter: "
MICRO = 1e-6
SHOWN = 1200  # events of a timeline, the longest
KERNELS = ("kernel", "gpu_memset")
COPIES = ("gpu_memcpy",)
RUNTIME = ("cuda_runtime", "cuda_driver")
LONG = 80  # signs of a name


class Row(msgspec.Struct):
    """One event of the file; whatever else is in it is not read."""

    name: str = ""
    cat: str = ""
    ph: str = ""
    ts: float = 0.0
    dur: float = 0.0
    tid: Any = 0
    args: dict[str, Any] = {}

    @property
    def end(self) -> float:
        return self.ts + self.dur


class File(msgspec.Struct):
    """The whole file."""

    traceEvents: list[Row] = []
    deviceProperties: list[dict[str, Any]] = []


@dataclass(frozen=True)
class Read:
    """What a trace says."""

    ops: tuple[Op, ...] = ()
    events: tuple[Event, ...] = ()
    gpu: Gpu | None = None
    steps: int = 0


@dataclass
class Node:
    """An operation with what it calls."""

    row: Row
    depth: int
    inner: float = 0.0


@dataclass
class Sum:
    """All calls of one operation."""

    count: int = 0
    own: float = 0.0
    device: float = 0.0
    parts: dict[Part, float] = field(default_factory=lambda: defaultdict(float))


def read(text: bytes) -> Read:
    """Raises msgspec.MsgspecError where it is no trace; one without a step of ours says nothing."""
    file = msgspec.json.decode(text, type=File, strict=False)
    whole = [row for row in file.traceEvents if row.ph == "X"]
    begun = sorted((row for row in whole if row.name == f"{NAME}step" and row.cat == "user_annotation"), key=lambda row: row.ts)
    steps = begun[:-1]  # the last one was under way when the trace ended
    if not steps:
        return Read()
    begin, end = min(row.ts for row in steps), max(row.end for row in steps)
    inside = [row for row in whole if row.ts >= begin and row.ts < end]
    parts = Parts([row for row in inside if row.cat == "user_annotation" and row.name.startswith(NAME)])
    nodes = [node for rows in by_thread(row for row in inside if row.cat == "cpu_op") for node in nested(rows)]
    kernels = [row for row in inside if row.cat in (*KERNELS, *COPIES)]
    launched = {row.args.get("correlation"): row for row in inside if row.cat in RUNTIME}
    gpu = device(kernels, launched, parts, (end - begin) * MICRO, len(steps), file) if kernels else None
    return Read(
        tuple(operations(nodes, kernels, parts, len(steps))),
        tuple(timeline(steps, parts, nodes, kernels, begin)),
        gpu,
        len(steps),
    )


class Parts:
    """In which part of a step a moment is."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = sorted((row for row in rows if self.part(row) is not None), key=lambda row: row.ts)
        self.starts = [row.ts for row in self.rows]

    @staticmethod
    def part(row: Row) -> Part | None:
        word = row.name.removeprefix(NAME)
        return next((part for part in PARTS if part == word), None)

    def at(self, moment: float) -> Part:
        """The innermost part around it; Python's where there is none."""
        for row in reversed(
            self.rows[max(0, bisect.bisect_right(self.starts, moment) - 4) : bisect.bisect_right(self.starts, moment)]
        ):
            if row.ts <= moment < row.end:
                return self.part(row) or "python"
        return "python"


def by_thread(rows: Iterable[Row]) -> list[list[Row]]:
    """The events of each thread, in order; of two that begin together the longer one first."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.tid].append(row)
    return [sorted(each, key=lambda row: (row.ts, -row.dur)) for each in found.values()]


def nested(rows: Sequence[Row]) -> Iterator[Node]:
    """Events of a thread as calls that are in each other."""
    open_: list[Node] = []
    for row in rows:
        while open_ and row.ts >= open_[-1].row.end:
            open_.pop()
        node = Node(row, len(open_))
        if open_:
            open_[-1].inner += row.dur
        open_.append(node)
        yield node


def operations(nodes: Sequence[Node], kernels: Sequence[Row], parts: Parts, steps: int) -> list[Op]:
    """Each operation once, those that take longest first. What a GPU computes is the operation's that started it."""
    found: dict[str, Sum] = defaultdict(Sum)
    started = {node.row.args.get("External id"): node.row.name for node in nodes}
    for node in nodes:
        each, own = found[node.row.name], max(0.0, node.row.dur - node.inner) * MICRO
        each.count, each.own = each.count + 1, each.own + own
        each.parts[parts.at(node.row.ts)] += own
    for row in kernels:
        found[started.get(row.args.get("External id"), row.name[:LONG])].device += row.dur * MICRO
    rows = [
        Op(
            name=name,
            count=each.count / steps,
            seconds=each.own / steps,
            device_seconds=each.device / steps,
            part=max(each.parts, key=lambda part: each.parts[part], default="python"),
        )
        for name, each in found.items()
    ]
    return sorted(rows, key=lambda op: -(op.seconds + op.device_seconds))


def device(kernels: Sequence[Row], launched: dict[Any, Row], parts: Parts, lasted: float, steps: int, file: File) -> Gpu:
    """What the GPU did, a step. What it does at the same time counts once."""
    computing, copying = [row for row in kernels if row.cat in KERNELS], [row for row in kernels if row.cat in COPIES]
    talking = [row for row in computing if row.name.startswith("nccl")]
    by_part: dict[str, float] = defaultdict(float)
    for row in kernels:
        start = launched.get(row.args.get("correlation"))
        by_part[parts.at(start.ts if start is not None else row.ts)] += row.dur * MICRO / steps
    both, alone = union(kernels), union(computing)
    return Gpu(
        name=str(next((each.get("name", "") for each in file.deviceProperties), "")),
        wall=lasted / steps,
        computing=alone / steps,
        copying=max(0.0, both - alone) / steps,
        communicating=union(talking) / steps,
        kernels=len(computing) / steps,
        pageable=sum(float(row.args.get("bytes", 0)) for row in copying if "Pageable" in row.name) / steps,
        parts=dict(by_part),
    )


def union(rows: Sequence[Row]) -> float:
    """Seconds that at least one of them covers."""
    total, reached = 0.0, float("-inf")
    for row in sorted(rows, key=lambda row: row.ts):
        total += max(0.0, row.end - max(row.ts, reached))
        reached = max(reached, row.end)
    return total * MICRO


def timeline(steps: Sequence[Row], parts: Parts, nodes: Sequence[Node], kernels: Sequence[Row], begin: float) -> Iterator[Event]:
    """What a picture of the steps shows: of operations and kernels the longest."""

    def event(row: Row, kind: str, name: str, depth: int = 0) -> Event:
        return Event(kind, name[:LONG], (row.ts - begin) * MICRO, (row.end - begin) * MICRO, depth)

    yield from (event(row, "step", f"step {number}") for number, row in enumerate(sorted(steps, key=lambda row: row.ts), 1))
    yield from (event(row, "part", row.name.removeprefix(NAME)) for row in parts.rows)
    longest = sorted(nodes, key=lambda node: -node.row.dur)[:SHOWN]
    yield from (event(node.row, "operation", node.row.name, node.depth) for node in longest)
    yield from (event(row, "gpu", row.name) for row in sorted(kernels, key=lambda row: -row.dur)[:SHOWN])
