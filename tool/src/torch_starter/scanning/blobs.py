"""What git holds of files, many at once: what is too big is not asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch_starter.core.facts import Unknown
from torch_starter.core.machine import Machine
from torch_starter.scanning import content
from torch_starter.scanning.repository import git, refusal

AT_ONCE = 20_000_000  # bytes that git is asked for at once


@dataclass(frozen=True)
class Blob:
    """What a file held: its id, its name as it is told, and the commit where it is of one."""

    id: str
    file: str
    commit: str = ""


@dataclass(frozen=True)
class Reader:
    """Asks git for them, for some seconds at most."""

    machine: Machine
    root: Path
    end: float
    stopped: Callable[[], bool] = bool

    def texts(self, blobs: Sequence[Blob]) -> Iterator[tuple[Blob, str | None]]:
        """Each with its text, or None where it is too big or no text. Raises Unknown where git does not give them."""
        small = list[tuple[Blob, int]]()
        for blob, size in zip(blobs, self.sizes(blobs), strict=True):
            if size > content.most(blob.file):
                yield blob, None
            else:
                small.append((blob, size))
        for part in parts(small):
            yield from zip(part, self.contents(part), strict=True)

    def sizes(self, blobs: Sequence[Blob]) -> list[int]:
        """In bytes."""
        lines = self.asked("--batch-check=%(objecttype) %(objectsize)", blobs).splitlines()
        sizes = [int(line.split(" ")[1]) for line in lines if line.startswith("blob ")]
        if len(sizes) != len(blobs):
            raise Unknown(f"git lacks the contents of {len(blobs) - len(sizes)} files: git fetch, or git fsck, tells why")
        return sizes

    def contents(self, blobs: Sequence[Blob]) -> Iterator[str | None]:
        """Their texts. Each begins behind a mark that nobody can have written, since what git prints is not all text."""
        mark = os.urandom(16).hex()
        for text in self.asked(f"--batch={mark}", blobs).split(f"{mark}\n")[1:]:
            yield None if content.is_binary(text) else text[:-1]

    def asked(self, form: str, blobs: Sequence[Blob]) -> str:
        """What `git cat-file` says of all."""
        if not blobs:
            return ""
        left = max(0.0, self.end - time.monotonic())
        given = "".join(f"{blob.id}\n" for blob in blobs)
        done = git(self.machine, self.root, "cat-file", form, input=given, timeout=left, stopped=self.stopped)
        if self.stopped():
            raise Unknown("stopped on request")
        if not done.ok:
            raise refusal(done, self.root)
        return done.out


def parts(blobs: Sequence[tuple[Blob, int]]) -> Iterator[list[Blob]]:
    """So many at a time that memory holds them."""
    part, total = list[Blob](), 0
    for blob, size in blobs:
        if part and total + size > AT_ONCE:
            yield part
            part, total = [], 0
        part.append(blob)
        total += size
    if part:
        yield part
