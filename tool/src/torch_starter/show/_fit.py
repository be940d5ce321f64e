"""Lines that fit into the width of the output."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text


def cut(line: Text, out: Console) -> Text:
    """One line of the output, with an ellipsis where it goes on."""
    if out.encoding.startswith("utf"):
        line.truncate(out.width, overflow="ellipsis")
    elif line.cell_len > out.width:
        line.truncate(out.width - 3, overflow="crop")
        line.append("...")
    return line


def wrapped(line: Text, out: Console, indent: int) -> Iterator[Text]:
    """A line, and what there is no room for on lines below, as far in as its words begin."""
    first, *_ = line.wrap(out, out.width)
    yield first
    rest = line[len(first.plain) :]
    rest.plain = rest.plain.lstrip()
    for part in rest.wrap(out, out.width - indent) if rest.plain else ():
        yield Text(" " * indent) + part
