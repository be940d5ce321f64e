"""Which of the user's lines Python itself is busy with: a loop with all that it calls for each element."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch_starter.advice._stacks import Frames, function, kind_of, looked, own
from torch_starter.core.place import Place
from torch_starter.core.profile import Stacks

LOOP = 1.3  # times as long as the function that it calls: then a line has work of its own for each call, and is a loop around it
MOST = 5


@dataclass(frozen=True)
class Busy:
    """A line, with the share of all that was looked at in which Python worked for it; `function` is what it is in."""

    place: Place
    function: str
    share: float


@dataclass(frozen=True)
class Seen:
    """A stack that ends in Python's own work: the user's lines from the outermost in, and the functions that they are in."""

    places: tuple[Place, ...]
    functions: tuple[str, ...]
    share: float

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Its functions with their files."""
        return [(place.file, name) for place, name in zip(self.places, self.functions, strict=True)]


def busy(stacks: Stacks, called: Callable[[Place], set[str]], inside: Callable[[Frames], Frames | None]) -> list[Busy]:
    """Those that take longest first; each stack is told of once."""
    seen = list(alone(stacks, called, inside))
    found: list[Busy] = []
    while seen and len(found) < MOST:
        line = hottest(seen)
        of_it = [each for each in seen if line.place in each.places or each.keys[-1] == (line.place.file, line.function)]
        found.append(Busy(line.place, line.function, sum(each.share for each in of_it)))
        seen = [each for each in seen if each not in of_it]
    return sorted(found, key=lambda each: -each.share)


def alone(stacks: Stacks, called: Callable[[Place], set[str]], inside: Callable[[Frames], Frames | None]) -> Sequence[Seen]:
    """The stacks in which no function of a package is running."""
    found: list[Seen] = []
    for whole, seconds in looked(stacks):
        frames = inside(whole) or ()
        number = own(frames)
        if number is None:
            continue
        place = Place(frames[number].file, frames[number].line)
        if kind_of(frames[number + 1 :], called(place)) != "alone":
            continue
        numbers = [each for each in range(number + 1) if frames[each].own]
        found.append(
            Seen(
                tuple(Place(frames[each].file, frames[each].line) for each in numbers),
                tuple(function(frames[: each + 1]) for each in numbers),
                seconds / (stacks.seconds or 1.0),
            )
        )
    return found


def hottest(seen: Sequence[Seen]) -> Busy:
    """Where most work ends; or the line around it that calls that again and again, and does some more."""
    ends, within, calling = (defaultdict[object, float](float) for _ in range(3))
    for each in seen:
        ends[each.places[-1]] += each.share
        for place in set(each.places):
            within[place] += each.share
        for key in set(each.keys):
            calling[key] += each.share
    place = max((each.places[-1] for each in seen), key=lambda each: ends[each])
    longest = max((each for each in seen if each.places[-1] == place), key=lambda each: each.share)
    number = len(longest.places) - 1
    while number and within[longest.places[number - 1]] >= LOOP * calling[longest.keys[number]]:
        number -= 1
    return Busy(longest.places[number], longest.functions[number], within[longest.places[number]])
