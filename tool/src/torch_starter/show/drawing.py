"""Pictures that a page has without a script: parts of a whole, columns, courses, blocks. Lengths and places are percents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

LEAST = 0.05  # percent: what is smaller is not drawn


@dataclass(frozen=True)
class Piece:
    """A part of a bar, or of a column: from where, how long, its colour (a class of the page's style), and its words."""

    at: float
    length: float
    colour: str
    words: str = ""


@dataclass(frozen=True)
class Bar:
    """A line of a picture: its name, its pieces, and its words."""

    name: str
    pieces: Sequence[Piece]
    words: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Plot:
    """A picture with a scale on its left, from the top down, and words below it from the left to the right."""

    id: str
    spoken: str
    scale: Sequence[str]
    below: Sequence[str]
    columns: Sequence[Bar] = ()
    lines: Sequence[Line] = ()
    marks: Sequence[Mark] = ()


@dataclass(frozen=True)
class Line:
    """A course, as points in a box of 100 by 100; `filled`: with what is under it."""

    points: str
    colour: str
    filled: bool = False


@dataclass(frozen=True)
class Mark:
    """A moment, or a height, with its name; each has a line of its own, so that no words lie on others."""

    at: float
    name: str
    line: int = 0

    @property
    def left(self) -> bool:
        """Its words are left of it."""
        return self.at > 60


@dataclass
class Scale:
    """From nothing to a number that can be read, which is no less than what is to be drawn."""

    most: float
    steps: Sequence[float] = field(default=(1, 1.5, 2, 3, 4, 5, 6, 8, 10))
    base: float = 10

    @property
    def top(self) -> float:
        """The number."""
        if self.most <= 0:
            return 1.0
        power = self.base ** math.floor(math.log(self.most, self.base) + 1e-9)
        return next((step * power for step in self.steps if step * power >= self.most * 0.9999), self.base * power)

    def percent(self, value: float) -> float:
        """Of the whole."""
        return round(100 * max(0.0, value) / self.top, 2)


def memory_scale(most: float) -> Scale:
    """For bytes of memory, in steps of 1024."""
    return Scale(most, (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024), 1024)


def pieces(parts: Iterable[tuple[str, float, str]], whole: float) -> list[Piece]:
    """Parts one after the other: their colours, sizes and words."""
    found, at = [], 0.0
    for colour, size, words in parts:
        length = 100 * size / whole if whole else 0.0
        if length >= LEAST:
            found.append(Piece(round(at, 2), round(length, 2), colour, words))
        at += length
    return found


def lengths(rows: Mapping[str, tuple[float, str]], colour: str = "bar") -> list[Bar]:
    """A bar each, the longest being all of the width: the size, and its words."""
    most = max((size for size, _ in rows.values()), default=0.0)
    return [Bar(name, pieces([(colour, size, "")], most) if size > 0 else (), words) for name, (size, words) in rows.items()]


def course(points: Sequence[tuple[float, float]], end: float, scale: Scale, most: int = 600) -> str:
    """Moments and values as a line; of too many the highest of each few."""
    few = max(1, math.ceil(len(points) / most))
    shown = [max(points[at : at + few], key=lambda each: each[1]) for at in range(0, len(points), few)]
    return " ".join(f"{100 * x / end if end else 0:.2f},{100 - scale.percent(y):.2f}" for x, y in shown)


def on_lines(marks: Iterable[tuple[float, str]], end: float) -> list[Mark]:
    """Moments of a picture that lasts so long, a line each."""
    shown = [(100 * at / end, name) for at, name in marks if end and at <= end]
    return [Mark(round(at, 2), name, line) for line, (at, name) in enumerate(shown)]
