"""What memray saw of a process, in windows of its steps, as a profile keeps it: whose the peak is, and what grows with each step.

What is left of a window has two parts: what one step keeps for the next, such as gradients, however many steps there were; and
what each step leaves behind. Two windows of different lengths tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from torch_starter.core.place import Place
from torch_starter.core.profile import Frame, Growth, Memory, Moment, Owner

OWNERS, GROWTH = 60, 30
LEAST_RATE = 64.0  # bytes a step, of a stack that grows
STEADY = (0.5, 6.0)  # by how much the shorter window may differ in what a step leaves behind, with what one keeps for the next
SOME = 0.25  # of what variables that grow were seen to hold: what else grows is told if it is more

Stack = tuple[Frame, ...]


@dataclass(frozen=True)
class Held:
    """Bytes and blocks."""

    bytes: float
    blocks: float

    def __add__(self, other: Held) -> Held:
        return Held(self.bytes + other.bytes, self.blocks + other.blocks)

    def less(self, other: Held) -> Held:
        """Without the other, but not less than nothing."""
        return Held(max(0.0, self.bytes - other.bytes), max(0.0, self.blocks - other.blocks))

    def times(self, number: float) -> Held:
        return Held(self.bytes * number, self.blocks * number)


NOTHING = Held(0.0, 0.0)
Stacks = dict[Stack, Held]


@dataclass(frozen=True)
class Window:
    """One of them: what is left of it, what was there when it was most, and how it went: seconds, resident, heap."""

    kind: str
    steps: int
    began: float
    left: Stacks
    high: Stacks
    peak: int
    course: tuple[tuple[float, int, int], ...]


def windows(told: Mapping[str, Any]) -> list[Window]:
    """As the reader in the target's interpreter tells them."""
    frames = [Frame(*each) for each in told.get("frames", ())]
    return [
        Window(
            each["kind"],
            each["steps"],
            each["began"],
            stacked(each["left"], frames),
            stacked(each.get("high", each["left"]), frames),
            each["peak"],
            tuple((moment[0], moment[1], moment[2]) for moment in each.get("course", ())),
        )
        for each in told["windows"]
    ]


def stacked(rows: Iterable[Sequence[Any]], frames: Sequence[Frame]) -> Stacks:
    """By their frames, the outermost first; of a window they are numbers, or frames themselves without what is the user's."""
    found: Stacks = {}
    for size, blocks, stack in rows:
        key = tuple(frames[each] if isinstance(each, int) else Frame(*each) for each in reversed(stack))
        found[key] = found.get(key, NOTHING) + Held(size, blocks)
    return found


def merged(memory: Memory, seen: Sequence[Window], began: float) -> Memory:
    """A process's memory with what was seen of it. `began`: when it did, in seconds of the clock of the day."""
    if not seen:
        return memory
    short, long = (next((each for each in seen if each.kind == kind and each.steps), None) for kind in ("short", "long"))
    rates = growing(short, long)
    kept = between(long or short, rates)
    start = summed([each for each in seen if each.kind == "start"])
    base = {stack: held.less(kept.get(stack, NOTHING)) for stack, held in start.items()}
    left = {stack: rate.times(short.steps if short else 0) for stack, rate in rates.items()}
    bases = {"short": base, "long": added(base, left)}
    owners, peak = largest(seen, bases)
    return replace(
        memory,
        owners=owners,
        peak=peak,
        growth=kept_in(memory.growth, grown(rates), memory.grows),
        course=course(seen, bases, began) or memory.course,
    )


def summed(seen: Sequence[Window]) -> Stacks:
    """What is left of several."""
    found: Stacks = {}
    for window in seen:
        found = added(found, window.left)
    return found


def growing(short: Window | None, long: Window | None) -> Stacks:
    """What each step leaves behind, by what asked for it."""
    found: Stacks = {}
    if short is None or long is None:
        only = long or short  # of one window it is what has a block of each step
        if only is not None and only.steps > 1:
            often = {stack: held.times(1 / only.steps) for stack, held in only.left.items()}
            return {stack: held for stack, held in often.items() if held.blocks >= 1 and held.bytes >= LEAST_RATE}
        return {}
    for stack, held in long.left.items():
        before = short.left.get(stack, NOTHING)
        rate = held.less(before).times(1 / max(1, long.steps - short.steps))
        first = before.times(1 / short.steps)
        steady = rate.bytes and STEADY[0] <= first.bytes / rate.bytes <= STEADY[1]
        if rate.bytes >= LEAST_RATE and steady:
            found[stack] = rate
    return found


def between(window: Window | None, rates: Stacks) -> Stacks:
    """What a step keeps for the next one: what is left but does not grow."""
    if window is None:
        return {}
    return {stack: held.less(rates.get(stack, NOTHING).times(window.steps)) for stack, held in window.left.items()}


def largest(seen: Sequence[Window], bases: Mapping[str, Stacks]) -> tuple[tuple[Owner, ...], int]:
    """Whose memory it was when it was most: what earlier windows had left, by the kind of this one, and what it had on top."""
    best, below, most = seen[0], Stacks(), -1.0
    starts: Stacks = {}
    for window in seen:
        under = starts if window.kind == "start" else bases[window.kind]
        size = window.peak + sum(held.bytes for held in under.values())
        if size > most:
            best, below, most = window, dict(under), size
        if window.kind == "start":
            starts = added(starts, window.left)
    stacks = added(best.high, below)
    return owned(stacks), int(sum(held.bytes for held in stacks.values()))


def added(one: Stacks, other: Stacks) -> Stacks:
    """Both."""
    found = dict(one)
    for stack, held in other.items():
        found[stack] = found.get(stack, NOTHING) + held
    return found


def owned(stacks: Stacks) -> tuple[Owner, ...]:
    """By the user's lines, the largest first; the frames are of the stack that asked for most."""
    lines: dict[Place | None, list[tuple[Held, Stack]]] = {}
    for stack, held in stacks.items():
        lines.setdefault(line(stack), []).append((held, stack))
    found = []
    for place, rows in lines.items():
        size, blocks = (sum(getattr(held, word) for held, _ in rows) for word in ("bytes", "blocks"))
        found.append(Owner(place=place, bytes=int(size), blocks=int(blocks), frames=max(rows, key=lambda row: row[0].bytes)[1]))
    return tuple(sorted(found, key=lambda each: -each.bytes)[:OWNERS])


def line(stack: Stack) -> Place | None:
    """The innermost of the user's lines."""
    frame = next((each for each in reversed(stack) if each.own), None)
    return Place(frame.file, frame.line) if frame is not None else None


def grown(rates: Stacks) -> tuple[Growth, ...]:
    """What grows, by the user's lines, the most first."""
    rows = [
        Growth(place=each.place, bytes=float(each.bytes), blocks=float(each.blocks), frames=each.frames)
        for each in owned(scaled(rates))
    ]
    return tuple(replace(row, bytes=row.bytes / SCALE, blocks=row.blocks / SCALE) for row in rows)[:GROWTH]


SCALE = 1000.0  # owners are told in whole bytes


def scaled(rates: Stacks) -> Stacks:
    return {stack: held.times(SCALE) for stack, held in rates.items()}


def kept_in(variables: Sequence[Growth], lines: Sequence[Growth], grows: float) -> tuple[Growth, ...]:
    """What grows: the user's variables that were seen to, with what the lines ask for that fill them; else those lines.

    Tensors that hold on to graphs keep more than themselves: what else grows is theirs.
    """
    if not variables:
        return tuple(lines)
    known = sum(each.bytes for each in variables)
    total = sum(each.bytes for each in lines) or grows
    graphs = [each for each in variables if each.what == "tensors with graphs"]
    rest = max(0.0, total - known)
    found = list(variables)
    if graphs:
        share = sum(each.bytes for each in graphs)
        weights = [each.bytes / share if share else 1 / len(graphs) for each in graphs]
        given = {id(each): rest * weight for each, weight in zip(graphs, weights, strict=True)}
        found = [replace(each, bytes=each.bytes + given.get(id(each), 0.0)) for each in variables]
    elif lines and rest > SOME * known:
        found += [each for each in lines if each.place not in {row.place for row in variables}]
    frames = lines[0].frames if lines else ()
    return tuple(sorted((replace(each, frames=each.frames or frames) for each in found), key=lambda each: -each.bytes))


def course(seen: Sequence[Window], bases: Mapping[str, Stacks], began: float) -> tuple[Moment, ...]:
    """How it went, in seconds from the beginning: what windows have lies on top of what the start has left by then."""
    found, left = [], 0.0
    for window in seen:
        below = left if window.kind == "start" else sum(held.bytes for held in bases[window.kind].values())
        found += [Moment(max(0.0, at - began), resident, heap + int(below)) for at, resident, heap in window.course]
        left += sum(held.bytes for held in window.left.values()) if window.kind == "start" else 0.0
    return tuple(sorted(found, key=lambda each: each.seconds))
