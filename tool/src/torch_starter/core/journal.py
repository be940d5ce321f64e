"""JSON Lines: files that are only ever added to, a line each time."""

from __future__ import annotations

import msgspec


def read[Line](text: str, kind: type[Line]) -> list[Line]:
    """What is in a file, the oldest first. A line that cannot be read, such as one that was cut off, is none."""
    return [found for line in text.split("\n") if (found := decoded(line, kind)) is not None]


def decoded[Line](line: str, kind: type[Line]) -> Line | None:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.MsgspecError:
        return None
