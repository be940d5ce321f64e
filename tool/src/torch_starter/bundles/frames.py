"""A .tar.zst whose blocks are stored as they are: what is inside is compressed already. Any zstd reads it, and so do a few lines.

A frame of zstd (RFC 8878) is a magic number, a header, and blocks of three bytes of header and at most 128 KiB of content. Only
stored blocks are written here, and only these are read. For the standard library of Python 3.8 alone: tool/bootstrap.py reads
bundles by this file, where nothing is installed yet.
"""

from __future__ import annotations

from typing import IO

MAGIC = b"\x28\xb5\x2f\xfd"
HEADER = MAGIC + b"\x00\x38"  # neither size, checksum nor dictionary; a window of 128 KiB, which a block may fill
BLOCK = 128 * 1024
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
    """Reads frames; raises NotStored, Damaged or Truncated. `place` is how many bytes of the file were read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.place = 0
        start = file.read(len(HEADER))
        self.place += len(start)
        if start[:4] != MAGIC[: len(start)] or not start:
            raise NotStored("it does not begin as a .tar.zst does")
        if len(start) < len(HEADER):
            raise Truncated("it ends within its first bytes")
        if start != HEADER:
            raise NotStored("it was compressed by another program")
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """The next block, or several; at most `size` bytes and one block more. Empty at the end."""
        parts = []
        come = 0
        while not self._ended and (size < 0 or come < size):
            parts.append(self._block())
            come += len(parts[-1])
        return b"".join(parts)

    def _block(self) -> bytes:
        header = int.from_bytes(self._take(3), "little")
        size, kind, self._ended = header >> 3, header >> 1 & 3, bool(header & LAST)
        if kind != STORED or size > BLOCK:
            raise Damaged("a block of it is none that was written")
        return self._take(size)

    def _take(self, size: int) -> bytes:
        data = self._file.read(size)
        self.place += len(data)
        if len(data) < size:
            raise Truncated(f"it ends too early, after {self.place} bytes")
        return data
