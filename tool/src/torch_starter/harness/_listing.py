"""What stands instead of os.listdir and os.scandir. Standard library alone, Python 3.8."""

from __future__ import annotations

import os
import posix
import stat
from typing import Any


class Listing:
    """Lists folders of a Union."""

    def __init__(self, union: Any, instead: Any) -> None:
        self.union, self.instead = union, instead

    def entries(self, path: Any) -> Any:
        """The real entries of what is seen in a folder."""
        try:
            self.union.journal.fresh()
            number = isinstance(path, int)
            text = self.union.known_as(self.union.places.named(path)) if number else self.union.absolute(path)
            return self.union.entries(self.union.resolved(text))
        except OSError as error:
            self.instead.told(error, path)
            raise

    def lists(self, path: Any = None) -> Any:
        """As os.listdir does."""
        if isinstance(path, int) and not self.union.places.named(path):
            return posix.listdir(path)
        names = [entry.name for entry in self.entries("." if path is None else path)]
        return [os.fsencode(name) for name in names] if is_bytes(path) else names

    def scans(self, path: Any = None) -> Any:
        """As os.scandir does."""
        if isinstance(path, int) and not self.union.places.named(path):
            return posix.scandir(path)
        found = self.entries("." if path is None else path)
        head = "" if isinstance(path, int) else "." if path is None else os.fspath(path)
        return Scan([Entry(self.union, entry, head) for entry in found])


def is_bytes(path: Any) -> bool:
    return not (path is None or isinstance(path, int)) and isinstance(os.fspath(path), bytes)


class Scan:
    """What os.scandir gives."""

    def __init__(self, entries: Any) -> None:
        self._left = iter(entries)

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return next(self._left)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def close(self) -> None:
        """Give no more."""
        self._left = iter(())


class Entry:
    """An entry of a folder, as os.DirEntry: called by the script's path, and its links followed as the script sees it."""

    __slots__ = ("_entry", "_union", "name", "path")

    def __init__(self, union: Any, entry: Any, head: Any) -> None:
        encoded = isinstance(head, bytes)
        self._union, self._entry = union, entry
        self.name = os.fsencode(entry.name) if encoded else entry.name
        self.path = os.path.join(head, self.name)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return os.DirEntry

    def __fspath__(self) -> Any:
        return self.path

    def __repr__(self) -> str:
        return "<DirEntry %r>" % (self.name,)

    def _followed(self) -> Any:
        """What a link leads to."""
        text = self._union.known_as(self._entry.path)
        return posix.stat(self._union.reading(text))

    def _is(self, kind: Any, follow: bool) -> bool:
        try:
            return bool(kind(self.stat(follow_symlinks=follow).st_mode))
        except FileNotFoundError:
            return False

    def inode(self) -> int:
        return int(self._entry.inode())

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        if self._entry.is_symlink():
            return follow_symlinks and self._is(stat.S_ISDIR, True)
        return bool(self._entry.is_dir(follow_symlinks=False))

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        if self._entry.is_symlink():
            return follow_symlinks and self._is(stat.S_ISREG, True)
        return bool(self._entry.is_file(follow_symlinks=False))

    def is_symlink(self) -> bool:
        return bool(self._entry.is_symlink())

    def is_junction(self) -> bool:
        return False

    def stat(self, *, follow_symlinks: bool = True) -> Any:
        if follow_symlinks and self._entry.is_symlink():
            return self._followed()
        return self._entry.stat(follow_symlinks=False)
