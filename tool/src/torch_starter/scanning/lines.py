"""Which line a place of a text is in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def numbered(text: str, places: Iterable[int]) -> Iterator[int]:
    """The line of each of these places, from 1 on. They come in order, so that what lies before them is counted once."""
    line, before = 1, 0
    for place in places:
        line += text.count("\n", before, place)
        before = place
        yield line
