"""The secrets in one text, with the line of each. Notebooks are read as what their JSON says."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect
from collections.abc import Iterator

from torch_starter.core.leaks import Leak
from torch_starter.core.tokens import Hit, hits
from torch_starter.scanning.allowed import Allowed, marked
from torch_starter.scanning.lines import numbered

PICTURE = re.compile(r'("(?:image|application|video|audio)/[a-z0-9.+-]+"\s*:\s*")([A-Za-z0-9+/=\\n]{200,})(?=")')
ESCAPE = re.compile(r'\\(?:u00([2-7][0-9a-f])|(["\\/nrt]))', re.IGNORECASE)
PLAIN = {"n": " ", "r": " ", "t": " "}
CELL = re.compile('"cell_type"')
MOST_BYTES, MOST_OF_NOTEBOOK = 5_000_000, 50_000_000  # of a file; outputs of notebooks are large
LOOK_FOR_ZEROS = 8000  # at the beginning, as git does


def most(name: str) -> int:
    """How many bytes a file of this name may have: what is larger is data."""
    return MOST_OF_NOTEBOOK if is_notebook(name) else MOST_BYTES


def is_notebook(name: str) -> bool:
    return name.endswith(".ipynb")


def decoded(data: bytes) -> str | None:
    """The text of a file, in the same letters that git's answers are read in; None where this is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return None if b"\0" in data[:LOOK_FOR_ZEROS] else data.decode("utf-8", "replace")


def is_binary(text: str) -> bool:
    """Whether what was decoded is no text."""
    return "\0" in text[:LOOK_FOR_ZEROS]


def leaks(text: str, name: str, allowed: Allowed) -> Iterator[Leak]:
    """The secrets in what a file of this name holds, from the first line on."""
    if allowed.path(name):
        return
    searched = unescaped(text) if is_notebook(name) else text
    found = sorted(hits(searched, posixpath.basename(name)), key=lambda hit: hit.start)
    if not found:
        return
    free, cells = marked(searched), [cell.start() for cell in CELL.finditer(searched)] if is_notebook(name) else []
    for hit, line in zip(found, numbered(searched, (hit.start for hit in found)), strict=True):
        if hit.digest not in allowed.digests and line not in free:
            yield leak(hit, name, line, bisect(cells, hit.start))


def leak(hit: Hit, file: str, line: int, cell: int) -> Leak:
    """A hit with its place."""
    kind = hit.kind
    return Leak(
        kind=kind.name,
        title=kind.title,
        change=kind.change,
        weak=kind.weak,
        length=hit.length,
        digest=hit.digest,
        file=file,
        line=line,
        cell=cell,
    )


def unescaped(text: str) -> str:
    """A notebook as its JSON means it, with the same lines, and without pictures: these are long, and look like anything."""
    without = PICTURE.sub(lambda found: found[1], text)
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else PLAIN.get(found[2], found[2]), without)
