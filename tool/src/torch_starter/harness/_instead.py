"""What stands instead of the functions of os and io: they ask a Union where to read and write, and call the real ones there.

Errors tell the paths that the script gave. Standard library alone, Python 3.8.
"""

from __future__ import annotations

import errno
import os
import posix
from typing import Any

LOOKS = ("stat", "access", "statvfs", "getxattr", "listxattr")
LOOKS_AT_LINKS = ("lstat", "readlink")
CHANGING = ("chmod", "chown", "utime", "setxattr", "removexattr", "chflags")
CHANGING_LINKS = ("lchown", "lchmod", "lchflags")
MAKING = ("mkdir", "mkfifo", "mknod")


def all_of(union: Any, listing: Any, opening: Any) -> dict[str, Any]:
    """By the names of the functions of os, what stands instead of them."""
    found = {
        **{name: looks(union, getattr(posix, name), True) for name in LOOKS if hasattr(posix, name)},
        **{name: looks(union, getattr(posix, name), False) for name in LOOKS_AT_LINKS},
        **{name: changes(union, getattr(posix, name), True) for name in CHANGING if hasattr(posix, name)},
        **{name: changes(union, getattr(posix, name), False) for name in CHANGING_LINKS if hasattr(posix, name)},
        **{name: makes(union, getattr(posix, name)) for name in MAKING},
        **{name: removes(union, name == "rmdir") for name in ("remove", "unlink", "rmdir")},
        **{name: moves(union, union.moving.move) for name in ("rename", "replace")},
        "link": moves(union, union.moving.link),
        "symlink": symlinks(union),
        "truncate": truncates(union),
        "fchmod": changes(union, posix.chmod, True),
        "fchown": changes(union, posix.chown, True),
        "chdir": goes(union),
        "getcwd": lambda: union.known_as(posix.getcwd()),
        "getcwdb": lambda: os.fsencode(union.known_as(posix.getcwd())),
        "listdir": listing.lists,
        "scandir": listing.scans,
        "open": opening.opens,
    }
    return {name: Instead(getattr(posix, name), act, "os") for name, act in found.items()}


class Instead:
    """Stands where a function was. A plain function in its place would be a method where a class holds it."""

    def __init__(self, real: Any, act: Any, home: str) -> None:
        self.__name__ = self.__qualname__ = real.__name__
        self.__module__, self.__doc__ = home, real.__doc__
        self._act = act

    def __call__(self, *words: Any, **named: Any) -> Any:
        return self._act(*words, **named)

    def __reduce__(self) -> str:
        return str(self.__name__)


def whole(union: Any, path: Any, named: dict[str, Any]) -> Any:
    """The path; one that is relative to an open folder, which is taken from the words, made absolute."""
    number = named.pop("dir_fd", None)
    if number is None or os.fsdecode(path).startswith("/"):
        return path
    folder = union.known_as(union.places.named(number))
    if not folder:
        raise union.places.failed(errno.ENOTSUP, path)
    joined = os.path.join(folder, os.fsdecode(path))
    return os.fsencode(joined) if isinstance(os.fspath(path), bytes) else joined


def told(error: OSError, path: Any, other: Any = None) -> None:
    """Let an error tell the paths that the script gave."""
    if error.filename is not None:
        error.filename = path if isinstance(path, int) else os.fspath(path)
        if other is not None:
            error.filename2 = os.fspath(other)


def looks(union: Any, real: Any, follow: bool) -> Any:
    def act(path: Any, *words: Any, **named: Any) -> Any:
        if isinstance(path, int):
            return real(path, *words, **named)
        try:
            at = union.reading(whole(union, path, named), follow and named.get("follow_symlinks", True))
            found = real(at, *words, **named)
        except OSError as error:
            if real is posix.access:
                return False
            told(error, path)
            raise
        return os.fsencode(found) if isinstance(found, str) and isinstance(os.fspath(path), bytes) else found

    return act


def changes(union: Any, real: Any, follow: bool) -> Any:
    def act(path: Any, *words: Any, **named: Any) -> Any:
        try:
            if isinstance(path, int):
                return real(behind(union, path), *words, **named)
            at = union.copy.changing(whole(union, path, named), follow and named.get("follow_symlinks", True))
            return real(at, *words, **named)
        except OSError as error:
            told(error, path)
            raise

    return act


def behind(union: Any, number: int) -> Any:
    """An open file; where it is a real one that is read, its copy."""
    text = union.places.named(number)
    return number if not text or union.is_free(text) else union.copy.changing(text)


def makes(union: Any, real: Any) -> Any:
    def act(path: Any, *words: Any, **named: Any) -> None:
        try:
            at = union.copy.creating(whole(union, path, named))
            real(at, *words, **named)
            union.copy.made(at)
        except OSError as error:
            told(error, path)
            raise

    return act


def symlinks(union: Any) -> Any:
    def act(src: Any, dst: Any, target_is_directory: bool = False, **named: Any) -> None:
        try:
            at = union.copy.creating(whole(union, dst, named))
            posix.symlink(src, os.fsencode(at) if isinstance(os.fspath(src), bytes) else at)
            union.copy.made(at)
        except OSError as error:
            told(error, src, dst)
            raise

    return act


def removes(union: Any, folder: bool) -> Any:
    def act(path: Any, **named: Any) -> None:
        try:
            union.copy.remove(whole(union, path, named), folder)
        except OSError as error:
            told(error, path)
            raise

    return act


def moves(union: Any, move: Any) -> Any:
    def act(src: Any, dst: Any, *, src_dir_fd: Any = None, dst_dir_fd: Any = None, follow_symlinks: bool = True) -> None:
        try:
            move(whole(union, src, {"dir_fd": src_dir_fd}), whole(union, dst, {"dir_fd": dst_dir_fd}))
        except OSError as error:
            told(error, src, dst)
            raise

    return act


def truncates(union: Any) -> Any:
    def act(path: Any, length: int) -> None:
        try:
            posix.truncate(path if isinstance(path, int) else union.writing(path, os.O_WRONLY), length)
        except OSError as error:
            told(error, path)
            raise

    return act


def goes(union: Any) -> Any:
    """The real folder, where there is one: what does not ask us finds its files there."""

    def act(path: Any) -> None:
        if isinstance(path, int):
            return posix.chdir(path)
        try:
            if not union.journal.fresh():
                return posix.chdir(path)
            view = union.resolved(union.absolute(path))
            here = union.actual(view)
            both = union.places.is_folder(here) and union.places.is_folder(view) and not union.hidden(view)
            return posix.chdir(view if both else here)
        except OSError as error:
            told(error, path)
            raise

    return act
