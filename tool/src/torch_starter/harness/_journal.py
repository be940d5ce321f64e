"""What all processes of a trial must know of each other's writes: a file that each adds to, and reads on when it has grown.

A record "-/a/b" says that the real /a/b was removed: it stays hidden from then on. A "." says that folders or links came or
went. Standard library alone, Python 3.8.
"""

from __future__ import annotations

import os
import posix


class Journal:
    """The journal at a path, as far as this process has read it.

    `gone` are the paths of what was removed; `known` is for what is true until the next record.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.size = 0
        self.gone = set()  # type: set[str]
        self.known = {}  # type: dict[str, object]
        posix.close(posix.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600))

    def fresh(self) -> bool:
        """Read what was added; whether anything was written at all."""
        try:
            size = posix.stat(self.path).st_size
        except OSError:
            return False  # the scratch folder is gone: nothing can be written any more
        if size != self.size:
            self.catch_up()
        return size > 0

    def catch_up(self) -> None:
        number = posix.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            start = self.size
            added = posix.pread(number, 1 << 30, start)
        finally:
            posix.close(number)
        added = added[: added.rfind(b"\0") + 1]
        self.gone.update(os.fsdecode(each[1:]) for each in added.split(b"\0") if each.startswith(b"-"))
        self.known = {}  # a new one: another thread may be about to put what is old into the old one
        self.size = start + len(added)

    def tell(self, record: str) -> None:
        """Tell all processes."""
        number = posix.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            posix.write(number, os.fsencode(record) + b"\0")
        finally:
            posix.close(number)
        self.fresh()
