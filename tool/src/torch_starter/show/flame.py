"""Flame graphs as data for a page: what called what, and how much each held, without what is too small to be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from torch_starter.core.place import Place
from torch_starter.core.profile import Frame, Owner, Stacks
from torch_starter.show import _profile_words as say
from torch_starter.show._proof_words import span
from torch_starter.show._words import plain

LEAST = 0.001  # of all: what is smaller is put together as "others"
MOST_NODES = 4000
MOST_DEPTH = 160
LONGEST = 160  # characters of a name: those of C++ can be thousands
MOST_ROWS = 40  # of the table that stands for the picture
NATIVE = re.compile(r"\.(so|so\.[\d.]+|c|cc|cpp|cu|h|hpp|pyd|dylib)$")
TORCH = ("torch/", "torchvision/", "torchaudio/")
OWN, OF_TORCH, OF_NATIVE, OF_OTHERS = range(4)  # what a function is of, as a colour
KINDS = ("your files", "torch", "C and C++", "other packages")

Path = tuple[Frame, ...]
Name = tuple[str, str, int]  # a function, its place, and what it is of


@dataclass(frozen=True)
class Row:
    """A function: what it holds itself, and with what it calls, of all of it."""

    function: str
    place: str
    alone: float
    whole: float


@dataclass(frozen=True)
class Flame:
    """A picture. `nodes`: depth, number of the name (-1: others) and size of each, each before what it calls."""

    id: str
    title: str
    spoken: str
    unit: str
    whole: float
    names: Sequence[Name]
    nodes: Sequence[int]
    rows: Sequence[Row]
    kinds: Sequence[int]

    def data(self) -> dict[str, object]:
        """As the page's script reads it."""
        return {"id": self.id, "kind": "flame", "unit": self.unit, "names": self.names, "nodes": self.nodes}


@dataclass
class Node:
    """A function that was called so, while the tree is made."""

    size: float = 0.0
    calls: dict[Name, Node] = field(default_factory=dict)


def of_stacks(id: str, title: str, stacks: Stacks, root: str) -> Flame | None:
    """Of what was seen by looking again and again; None where nothing was."""
    paths = [(tuple(stacks.frames[each] for each in stack.frames), stack.seconds) for stack in stacks.stacks]
    return made(id, title, "s", 1e6, paths, root)


def of_owners(id: str, title: str, owners: Iterable[Owner], root: str) -> Flame | None:
    """Of memory, by who asked for it."""
    return made(id, title, "B", 1, [(path_of(each), float(each.bytes)) for each in owners], root)


def path_of(owner: Owner) -> Path:
    """Its frames; the line alone where none were told."""
    if owner.frames or owner.place is None:
        return owner.frames
    return (Frame("", owner.place.file, owner.place.line or 0, own=True),)


def made(id: str, title: str, unit: str, times: float, paths: Iterable[tuple[Path, float]], root: str) -> Flame | None:
    """A picture of paths and their sizes, which are written in parts of `times`."""
    names: dict[Frame, Name] = {}
    told = [(tuple(named(each, root, names) for each in path[:MOST_DEPTH]), size) for path, size in paths if path and size > 0]
    whole = sum(size for _, size in told)
    if not whole:
        return None
    top = tree(told)
    numbers: dict[Name, int] = {}
    nodes = pruned(top, whole, times, numbers)
    rows = table(told, whole)
    spoken = f"Flame graph, {amount(whole, unit)}: {'; '.join(f'{row.function} {100 * row.whole:.0f} %' for row in rows[:3])}"
    kinds = sorted({name[2] for name in numbers})
    return Flame(id, title, spoken, unit, whole, list(numbers), nodes, rows[:MOST_ROWS], kinds)


def amount(size: float, unit: str) -> str:
    """A size of the picture in words."""
    return say.size(size) if unit == "B" else span(size)


def named(frame: Frame, root: str, known: dict[Frame, Name]) -> Name:
    """A function as it is told: of the user's each line apart, of packages' the whole function."""
    if frame not in known:
        at = Place(frame.file, frame.line or None if frame.own else None)
        where = say.within(say.place(at, root), LONGEST)
        known[frame] = (" ".join(plain(frame.function).split())[:LONGEST] or where, where, kind(frame, where))
    return known[frame]


def kind(frame: Frame, where: str) -> int:
    """What it is of."""
    if frame.own:
        return OWN
    if NATIVE.search(frame.file) or "::" in frame.function:
        return OF_NATIVE
    return OF_TORCH if where.startswith(TORCH) else OF_OTHERS


def tree(paths: Iterable[tuple[Sequence[Name], float]]) -> Node:
    """All paths from their beginning, what they have in common once."""
    top = Node()
    for path, size in paths:
        at = top
        for name in path:
            at = at.calls.setdefault(name, Node())
            at.size += size
    return top


def pruned(top: Node, whole: float, times: float, numbers: dict[Name, int]) -> list[int]:
    """The tree as a list of numbers, without what is too small: less of it where it would be too large."""
    least = LEAST * whole
    while True:
        numbers.clear()
        found = list(flat(top, least, times, numbers))
        if len(found) <= 3 * MOST_NODES:
            return found
        least *= 2


def flat(top: Node, least: float, times: float, numbers: dict[Name, int]) -> Iterator[int]:
    """Depth, name and size of each node, the largest of those that were called by one first."""
    waiting: list[tuple[int, Name | None, float, Mapping[Name, Node]]] = [(-1, None, 0.0, top.calls)]
    while waiting:
        depth, name, size, calls = waiting.pop()
        if depth >= 0:
            yield from (depth, -1 if name is None else numbers.setdefault(name, len(numbers)), round(size * times))
        shown = sorted(((each, node) for each, node in calls.items() if node.size >= least), key=lambda pair: pair[1].size)
        others = sum(node.size for node in calls.values() if node.size < least)
        if others >= least / 2:
            waiting.append((depth + 1, None, others, {}))
        waiting += [(depth + 1, each, node.size, node.calls) for each, node in shown]


def table(paths: Iterable[tuple[Sequence[Name], float]], whole: float) -> list[Row]:
    """What each function held itself, the most first, and with what it calls: once where it calls itself."""
    alone: dict[Name, float] = {}
    every: dict[Name, float] = {}
    for path, size in paths:
        alone[path[-1]] = alone.get(path[-1], 0.0) + size
        for name in dict.fromkeys(path):
            every[name] = every.get(name, 0.0) + size
    order = sorted(every, key=lambda name: (-alone.get(name, 0.0), -every[name]))
    return [Row(name[0], name[1], alone.get(name, 0.0) / whole, every[name] / whole) for name in order]
