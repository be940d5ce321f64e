"""What was seen by looking into a script: stacks, operations of torch, and calls of them. Times are seconds, sizes bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from torch_starter.core.place import Place

Part = Literal["data", "transfer", "forward", "backward", "optimizer", "python", "idle"]


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """A function that was running, and the line that it was at. `own`: in a file of the user, not of an installed package."""

    function: str
    file: str
    line: int
    own: bool = False


class Stack(msgspec.Struct, frozen=True, array_like=True):
    """Functions that called each other, the outermost first, by their numbers in Stacks.frames; and how long that was seen."""

    frames: tuple[int, ...]
    seconds: float


class Stacks(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen by looking again and again. `every`: seconds from one look to the next; `steps` that were looked at.

    `native`: with functions of C and C++.
    """

    frames: tuple[Frame, ...] = ()
    stacks: tuple[Stack, ...] = ()
    every: float = 0.001
    steps: int = 0
    native: bool = False

    @property
    def seconds(self) -> float:
        """All that was seen."""
        return sum(stack.seconds for stack in self.stacks)

    def lines(self) -> dict[Place, float]:
        """Seconds of each of the user's lines, with all that it calls: by the innermost frame of the user's in each stack."""
        found: dict[Place, float] = {}
        for stack in self.stacks:
            frame = next((self.frames[each] for each in reversed(stack.frames) if self.frames[each].own), None)
            if frame is not None:
                place = Place(frame.file, frame.line)
                found[place] = found.get(place, 0.0) + stack.seconds
        return dict(sorted(found.items(), key=lambda each: -each[1]))

    def under(self, names: Sequence[str]) -> float:
        """Seconds of stacks with a function of one of these names, with or without its file: "worker.py:fetch", "item"."""
        wanted = {
            number
            for number, frame in enumerate(self.frames)
            if frame.function in names or f"{frame.file.rsplit('/', 1)[-1]}:{frame.function}" in names
        }
        return sum(stack.seconds for stack in self.stacks if wanted.intersection(stack.frames))


class Op(msgspec.Struct, frozen=True, kw_only=True):
    """An operation of torch in the traced steps: how often a step calls it, and its own seconds a step, without what it calls.

    `device_seconds` is what a GPU computed for it. `part`: in which part of a step most of it is.
    """

    name: str
    count: float
    seconds: float
    device_seconds: float = 0.0
    part: Part = "python"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A function of torch as one of the user's lines calls it, itself or through a module: how often a step, and how long.

    `bytes` of what it answers with, a step; `dtypes` of its tensors; `reads`: it brings a value to Python (item, tolist, a
    condition), for which a GPU has to come to its end.
    """

    place: Place
    function: str
    count: float
    seconds: float
    bytes: float = 0.0
    dtypes: tuple[str, ...] = ()
    reads: bool = False
    copies: bool = False
