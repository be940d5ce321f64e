"""The secrets in one text, with the line of each. Notebooks are read as what their JSON says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from torch_starter.core.leaks import Leak
from torch_starter.core.tokens import Hit, hits
from torch_starter.scanning.allowed import Allowed

PICTURE = re.compile(r'("(?:image|application|video|audio)/[a-z0-9.+-]+"\s*:\s*")([A-Za-z0-9+/=\\n]{200,})(?=")')
ESCAPE = re.compile(r'\\(?:u00([2-7][0-9a-f])|(["\\/nrt]))', re.IGNORECASE)
PLAIN = {"n": " ", "r": " ", "t": " "}
CELL = '"cell_type"'
LOOK_FOR_ZEROS = 8000  # bytes at the beginning, as git does


def decoded(data: bytes) -> str | None:
    """The bytes as characters, one for one where they are not UTF-16; None where this is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return None if b"\0" in data[:LOOK_FOR_ZEROS] else data.decode("latin-1")


def leaks(text: str, name: str, allowed: Allowed) -> Iterator[Leak]:
    """The secrets in what a file of this name holds."""
    if allowed.path(name):
        return
    notebook = name.endswith(".ipynb")
    searched = unescaped(text) if notebook else text
    for hit in hits(searched, posixpath.basename(name)):
        if hit.digest not in allowed.digests and not allowed.place(searched, hit.start):
            cell = searched.count(CELL, 0, hit.start) if notebook else 0
            yield leak(hit, name, searched.count("\n", 0, hit.start) + 1, cell)


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
