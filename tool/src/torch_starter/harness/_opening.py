"""What stands instead of os.open, open and io.FileIO. Standard library alone, Python 3.8."""

from __future__ import annotations

import _io
import os
import posix
from typing import Any

CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NAMELESS = getattr(os, "O_TMPFILE", -1)  # a file that is in no folder


class Opening:
    """Opens files of a Union."""

    def __init__(self, union: Any, instead: Any) -> None:
        self.union, self.instead = union, instead

    def opens(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: Any = None) -> int:
        """As os.open does."""
        try:
            whole = self.instead.whole(self.union, path, {"dir_fd": dir_fd})
            if not flags & CHANGES or flags & NAMELESS == NAMELESS:
                at = self.union.reading(whole, not flags & os.O_NOFOLLOW)
            else:
                at = self.union.writing(whole, flags)
            return posix.open(at, flags, mode)
        except OSError as error:
            self.instead.told(error, path)
            raise

    def opener(self, path: Any, flags: int) -> int:
        return self.opens(path, flags, 0o666)

    def open(self, file: Any, mode: Any = "r", *words: Any, **named: Any) -> Any:
        """As open does. What has an opener of its own is opened by it, which calls os.open."""
        own = len(words) > 5 or named.get("opener") is not None
        if own or isinstance(file, int) or not isinstance(mode, str):
            return _io.open(file, mode, *words, **named)
        if not set(mode) & set("wax+"):
            try:
                at = self.union.reading(file)
            except OSError as error:
                self.instead.told(error, file)
                raise
            if at is file:
                return _io.open(file, mode, *words, **named)
        named["opener"] = self.opener  # so that the file is called as the script calls it
        return _io.open(file, mode, *words, **named)

    def file_class(self) -> Any:
        """As io.FileIO is: all that open gives are of it."""
        opener = self.opener

        class Kind(type):
            """The type of what is put in the place of io.FileIO."""

            def __instancecheck__(cls, thing: Any) -> bool:
                return isinstance(thing, _io.FileIO)

        class FileIO(_io.FileIO, metaclass=Kind):  # type: ignore[metaclass]
            """A file without a buffer."""

            def __init__(self, file: Any, mode: str = "r", closefd: bool = True, opener: Any = opener) -> None:
                super().__init__(file, mode, closefd, None if isinstance(file, int) else opener)

        FileIO.__module__, FileIO.__qualname__ = "io", "FileIO"
        return FileIO
