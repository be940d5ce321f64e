"""The traced steps as a timeline: what happened when, for a page's script to draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torch_starter.core.profile import Event
from torch_starter.show._profile_words import PARTS, many
from torch_starter.show._proof_words import span
from torch_starter.show._words import plain

ROWS = {"step": "steps", "part": "parts", "python": "Python", "operation": "operations", "gpu": "GPU"}
MOST_EVENTS = 5000
MOST_DEPTH = 24
LONGEST = 120  # characters of a name


@dataclass(frozen=True)
class Timeline:
    """A picture: the rows with their events, each its name's number, depth, begin and length in microseconds."""

    id: str
    spoken: str
    names: Sequence[str]
    rows: Sequence[dict[str, object]]
    left_out: int

    def data(self) -> dict[str, object]:
        """As the page's script reads it."""
        return {"id": self.id, "kind": "timeline", "names": self.names, "rows": self.rows}


def timeline(id: str, events: Sequence[Event]) -> Timeline | None:
    """Of the longest events, where there are too many; None where there is none."""
    if not events:
        return None
    told = longest(events)
    begin = min(each.start for each in told)
    names: dict[str, int] = {}
    order = [*ROWS, *sorted({each.row for each in told} - ROWS.keys())]
    rows = [row(name, [each for each in told if each.row == name], begin, names) for name in order]
    lasted = max(each.end for each in told) - begin
    steps = sum(each.row == "step" for each in told)
    spoken = f"Timeline of {many(steps, 'traced step')}, {span(lasted)}: {many(len(told), 'event')}"
    return Timeline(id, spoken, list(names), [each for each in rows if each["events"]], len(events) - len(told))


def longest(events: Sequence[Event]) -> list[Event]:
    """All steps and parts, and of the rest those that are long enough to be seen."""
    frame = [each for each in events if each.row in ("step", "part")][:MOST_EVENTS]
    rest = [each for each in events if each.row not in ("step", "part") and each.depth < MOST_DEPTH]
    room = max(0, MOST_EVENTS - len(frame))
    return [*frame, *sorted(rest, key=lambda each: each.start - each.end)[:room]]


def row(name: str, events: Iterable[Event], begin: float, names: dict[str, int]) -> dict[str, object]:
    """One row: its name, and its events in the order of time."""
    found: list[int] = []
    parts: dict[int, str] = {}
    told = {str(part): words for part, words in PARTS.items()} if name == "part" else {}
    for each in sorted(events, key=lambda each: (each.start, each.depth)):
        number = names.setdefault(" ".join(plain(told.get(each.name, each.name)).split())[:LONGEST], len(names))
        found += (number, each.depth, round(1e6 * (each.start - begin)), max(1, round(1e6 * (each.end - each.start))))
        if each.name in told:
            parts[number] = each.name
    return {"kind": name, "title": ROWS.get(name, plain(name)), "events": found, "parts": parts}
