"""Reads stacks: which of the user's lines were running, in which part, and what they called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from torch_starter.core.place import Place
from torch_starter.core.profile import Call, Frame, Process, Stacks

FETCH = ("fetch.py:fetch",)  # of torch.utils.data: what makes a batch, in a worker or in the script's own process
INNER = ("<genexpr>", "<listcomp>", "<dictcomp>", "<setcomp>", "<lambda>")

BUILT_IN = "<built-in>"  # the file of a function of C, where the sampler sees those
OF_TORCH = ("Tensor.", "TensorBase.", "_TensorBase.", "_VariableFunctionsClass.", "_VariableFunctions.", "_EngineBase.")
READS = (
    "item",
    "tolist",
    "__bool__",
    "__float__",
    "__int__",
    "__index__",
    "numpy",
    "__array__",
    "__contains__",
    "__iter__",
    "unbind",
)

HOOK = (
    2.0  # times as long as Python's work itself takes, at most, is what looking costs: 1.6 in a loop of nothing but small calls
)
LISTS = ("tensor", "as_tensor")  # go through lists of Python, element by element

Frames = tuple[Frame, ...]


@dataclass
class Line:
    """One of the user's lines in the steps: the share of them that it takes with all that it calls, and what it calls of torch.

    `alone`: of that, what Python does itself, in no function of a package; `reading`: what brings values of tensors to it;
    `direct`: functions of torch that the line itself calls.
    """

    place: Place
    function: str
    share: float = 0.0
    alone: float = 0.0
    reading: float = 0.0
    direct: float = 0.0
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


def function(frames: Frames) -> str:
    """The function that was written with def: what is within it counts as it."""
    around = [frame for frame in reversed(frames) if frame.own and frame.file == frames[-1].file]
    frame = next((each for each in around if each.function.rsplit(".", 1)[-1] not in INNER), frames[-1])
    return frame.function.split(".<locals>")[0]


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
        line = found.setdefault(
            place, Line(place, function(frames[: number + 1]), calls=tuple(each for each in calls if each.place == place))
        )
        line.share += seconds / total
        kind = kind_of(frames[number + 1 :], {call.function for call in line.calls})
        line.alone += seconds / total if kind == "alone" else 0.0
        line.reading += seconds / total if kind == "reading" else 0.0
        line.direct += seconds / total if kind == "direct" else 0.0
        for name in {name_of(each) for each in frames[number + 1 :]}:
            line.under[name] += seconds / total
    return sorted(found.values(), key=lambda each: -each.share)


def kind_of(deeper: Frames, called: set[str]) -> str:
    """What is under a line: Python by itself ("alone"), "reading" of tensors, a function of torch's that it calls ("direct"), or
    what packages do ("").

    A built-in function that the line calls is Python's own, such as abs, unless it is torch's.
    """
    words = deeper[-1].function if deeper else ""
    last = words.rsplit(".", 1)[-1]
    of_torch = words.startswith(OF_TORCH) or last in called
    if of_torch and last in READS:
        return "reading"
    if not deeper:
        return "alone"
    if len(deeper) > 1 or deeper[0].file != BUILT_IN:
        return ""
    return "direct" if of_torch and last not in LISTS else "alone"


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


def sees_built_in(process: Process) -> bool:
    """Whether functions of C are in the stacks; else they count as the line that calls them."""
    return any(frame.file == BUILT_IN for frame in process.stacks.frames)


def unslowed(process: Process, share: float) -> float:
    """The share of a bare step that Python's work takes which is such a share of steps that are looked at.

    Looking costs with each call of a function: what it costs is taken off all of Python's work, as much of it as each part has.
    """
    slower = process.overhead("sampled")
    if slower is None or slower <= 1 or share <= 0:
        return share
    python = min(1.0, max(share, in_python(process)))
    more = min(slower - 1, python / (1 + 1 / HOOK - python))  # more than this the machine was busy with something else
    return min(share, share / python * (python * (1 + more) - more))


def in_python(process: Process) -> float:
    """The share of the steps in which no function of torch's was seen to compute."""
    called = {call.function for call in process.calls}
    spent = 0.0
    for frames, seconds in looked(process.stacks):
        last = frames[-1].function if frames else ""
        of_torch = last.startswith(OF_TORCH) or last.rsplit(".", 1)[-1] in called
        spent += seconds if frames and not (frames[-1].file == BUILT_IN and of_torch) else 0.0
    return spent / (process.stacks.seconds or 1.0)
