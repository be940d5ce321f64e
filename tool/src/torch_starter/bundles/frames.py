"""A .tar.zst whose blocks are stored as they are: what is inside is compressed already. Any zstd reads it, and so do a few lines.

A frame of zstd (RFC 8878) is a magic number, a header, and blocks of three bytes of header and at most 128 KiB of content. Only
stored blocks are written here, and only these are read. For the standard library of Python 3.8 alone: tool/bootstrap.py reads
bundles by this file, where nothing is installed yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

MAGIC = b"\x28\xb5\x2f\xfd"
HEADER = MAGIC + b"\x00\x38"  # neither size, checksum nor dictionary; a window of 128 KiB, which a block may fill
BLOCK = 128 * 1024
AT_ONCE = 32 * (BLOCK + 3)  # bytes that are read: whole blocks with their headers
LAST = 1
STORED = 0


class NotStored(ValueError):
    """It is no file of this kind."""


class Damaged(ValueError):
    """It was one, and is no more."""


class Truncated(Damaged):
    """It ends too early."""


class Writer:
    """Takes the bytes of a tar, and writes a frame. `tell` is how many came."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._waiting = bytearray()
        self._come = 0
        file.write(HEADER)

    def tell(self) -> int:
        return self._come

    def write(self, data: bytes) -> int:
        self._come += len(data)
        self._waiting += data
        whole = len(self._waiting) // BLOCK * BLOCK
        for start in range(0, whole, BLOCK):
            self._put(self._waiting[start : start + BLOCK], 0)
        if whole:
            del self._waiting[:whole]
        return len(data)

    def close(self) -> None:
        """Write what is left, and the end."""
        self._put(self._waiting, LAST)

    def _put(self, content: bytearray, last: int) -> None:
        self._file.write((len(content) << 3 | STORED << 1 | last).to_bytes(3, "little"))
        self._file.write(content)


class Reader:
    """Reads a frame; raises NotStored, Damaged or Truncated. Nothing is copied: what comes are views of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._blocks = self._each()
        self._rest = memoryview(b"")
        start = file.read(len(HEADER))
        if start[:4] != MAGIC[: len(start)] or not start:
            raise NotStored("it does not begin as a .tar.zst does")
        if len(start) < len(HEADER):
            raise Truncated("it ends within its first bytes")
        if start != HEADER:
            raise NotStored("it was compressed by another program")

    def take(self, size: int) -> Iterator[memoryview]:
        """The next `size` bytes, in pieces; raises Truncated where there are not so many."""
        while size > 0:
            if not self._rest and (piece := next(self._blocks, None)) is not None:
                self._rest = piece
            elif not self._rest:
                raise Truncated("it has an end where more should be")
            piece, self._rest = self._rest[:size], self._rest[size:]
            size -= len(piece)
            yield piece

    def read(self, size: int = -1) -> bytes:
        """All that is left, or so many bytes; fewer at the end."""
        parts = []
        while size and (self._rest or self._refill()):
            piece = self._rest if size < 0 else self._rest[:size]
            self._rest = self._rest[len(piece) :]
            size -= len(piece) if size > 0 else 0
            parts.append(piece)
        return b"".join(parts)

    def _refill(self) -> bool:
        """Go to the next block that holds something; False at the end."""
        self._rest = next((block for block in self._blocks if block), memoryview(b""))
        return bool(self._rest)

    def _each(self) -> Iterator[memoryview]:
        """The contents of all blocks."""
        raw, at, last = b"", 0, 0
        while not last:
            raw, at = self._have(raw, at, 3)
            header = int.from_bytes(raw[at : at + 3], "little")
            size, kind, last = header >> 3, header >> 1 & 3, header & LAST
            if kind != STORED or size > BLOCK:
                raise Damaged("a block of it is none that was written")
            raw, at = self._have(raw, at + 3, size)
            yield memoryview(raw)[at : at + size]
            at += size

    def _have(self, raw: bytes, at: int, size: int) -> tuple[bytes, int]:
        """What was read, and from where on: so many bytes at least."""
        if len(raw) - at >= size:
            return raw, at
        raw = raw[at:] + self._file.read(AT_ONCE)
        if len(raw) < size:
            raise Truncated("it ends too early")
        return raw, 0
