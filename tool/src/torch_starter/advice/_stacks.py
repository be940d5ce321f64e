"""Reads stacks: which of the user's lines were running, in which part, and what they called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from torch_starter.core.place import Place
from torch_starter.core.profile import Call, Frame, Process, Stacks

FETCH = ("fetch.py:fetch",)  # of torch.utils.data: what makes a batch, in a worker or in the script's own process
INNER = ("<genexpr>", "<listcomp>", "<dictcomp>", "<setcomp>", "<lambda>", "<locals>")

Frames = tuple[Frame, ...]


@dataclass
class Line:
    """One of the user's lines in the steps: the share of them that it takes with all that it calls, and what it calls of torch.

    `alone`: of that, what no other function of Python's was seen under.
    """

    place: Place
    function: str
    share: float = 0.0
    alone: float = 0.0
    calls: tuple[Call, ...] = ()
    under: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def looked(stacks: Stacks) -> Iterator[tuple[Frames, float]]:
    """Each stack with its seconds."""
    for stack in stacks.stacks:
        yield tuple(stacks.frames[number] for number in stack.frames), stack.seconds


def name_of(frame: Frame) -> str:
    """File and function without folders and classes: "fetch.py:fetch"."""
    return f"{frame.file.rsplit('/', 1)[-1]}:{frame.function.rsplit('.', 1)[-1]}"


def at(frames: Frames, names: tuple[str, ...]) -> int | None:
    """The position of the outermost frame of such a name."""
    return next((number for number, frame in enumerate(frames) if name_of(frame) in names), None)


def own(frames: Frames) -> int | None:
    """The position of the user's innermost frame."""
    return next((number for number in range(len(frames) - 1, -1, -1) if frames[number].own), None)


def function(frame: Frame) -> str:
    """The function that was written with def: what is within it counts as it."""
    words = frame.function.split(".")
    while len(words) > 1 and words[-1] in INNER:
        words.pop()
    return ".".join(words)


def lines(process: Process, inside: Callable[[Frames], Frames | None]) -> list[Line]:
    """The user's lines in the parts of the stacks that `inside` answers with, those that take longest first."""
    return gathered(process.stacks, process.calls, inside)


def gathered(stacks: Stacks, calls: tuple[Call, ...], inside: Callable[[Frames], Frames | None]) -> list[Line]:
    """By the user's innermost frame of each stack; shares are of all that was looked at."""
    total = stacks.seconds or 1.0
    found: dict[Place, Line] = {}
    for whole, seconds in looked(stacks):
        frames = inside(whole)
        number = own(frames) if frames else None
        if not frames or number is None:
            continue
        frame = frames[number]
        place = Place(frame.file, frame.line)
        line = found.setdefault(place, Line(place, function(frame), calls=tuple(each for each in calls if each.place == place)))
        line.share += seconds / total
        line.alone += seconds / total if number == len(frames) - 1 else 0.0
        for name in {name_of(each) for each in frames[number + 1 :]}:
            line.under[name] += seconds / total
    return sorted(found.values(), key=lambda each: -each.share)


def making_data(frames: Frames) -> Frames | None:
    """What is under the making of a batch."""
    number = at(frames, FETCH)
    return frames[number + 1 :] if number is not None else None


def computing(frames: Frames) -> Frames | None:
    """All but the making of batches."""
    return frames if at(frames, FETCH) is None else None


def by_function(found: list[Line]) -> list[list[Line]]:
    """Lines of one function together, since a loop has several; those first that take longest."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in found:
        groups[line.place.file, line.function].append(line)
    return sorted(groups.values(), key=lambda group: -sum(line.share for line in group))


def share_under(process: Process, names: tuple[str, ...]) -> tuple[float, Place | None]:
    """The share of the steps in functions of these names, and the user's line that calls them longest."""
    total, places = 0.0, defaultdict[Place, float](float)
    for frames, seconds in looked(process.stacks):
        number = at(frames, names)
        if number is None:
            continue
        total += seconds
        above = own(frames[:number])
        if above is not None:
            places[Place(frames[above].file, frames[above].line)] += seconds
    whole = process.stacks.seconds or 1.0
    return total / whole, max(places, key=lambda each: places[each], default=None)
