"""How real files come into the scratch tree before they are changed, and how things are made and removed there.

Standard library alone, Python 3.8.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import posix
import stat
from typing import Any


class Copying:
    """Changes in the scratch tree of a Union."""

    def __init__(self, union: Any) -> None:
        self.union, self.places = union, union.places
        self.numbers = itertools.count()

    def lay(self, view: str) -> None:
        """Make a folder of the scratch tree, and those above it, as they really are; ours to write in."""
        missing = []
        at = view.rstrip("/")
        while not self.places.is_folder(self.union.over(at)):
            missing.append(at)
            if not at:
                break
            at = at.rpartition("/")[0]
        for each in reversed(missing):
            info = posix.stat(each or "/")
            with self.untouched(each), contextlib.suppress(FileExistsError):  # another process was faster
                posix.mkdir(self.union.over(each), 0o700)
            posix.chmod(self.union.over(each), stat.S_IMODE(info.st_mode) | 0o700)
            posix.utime(self.union.over(each), ns=(info.st_atime_ns, info.st_mtime_ns))
        if missing:
            self.union.journal.tell(".")

    @contextlib.contextmanager
    def untouched(self, view: str) -> Any:
        """Keep the times and the mode of the folder in which it is made: for the script it has been there."""
        folder = self.union.over(view).rpartition("/")[0]
        info = posix.stat(folder)
        mode = stat.S_IMODE(info.st_mode)
        if mode & 0o700 != 0o700:
            posix.chmod(folder, mode | 0o700)
        yield
        if mode & 0o700 != 0o700:
            posix.chmod(folder, mode)
        posix.utime(folder, ns=(info.st_atime_ns, info.st_mtime_ns))

    def lift(self, view: str, contents: bool = True) -> None:
        """Copy a real file, link or folder (without what is in it) to its place in the scratch tree, unless it is there."""
        info = posix.lstat(view)
        if stat.S_ISDIR(info.st_mode):
            self.lay(view)
            return
        self.lay(view.rpartition("/")[0])
        spare = "%s/%d-%d" % (self.union.making, posix.getpid(), next(self.numbers))
        try:
            if stat.S_ISLNK(info.st_mode):
                posix.symlink(posix.readlink(view), spare)
            elif stat.S_ISREG(info.st_mode):
                self.fill(view, spare, info, contents)
            else:
                raise self.places.failed(errno.EXDEV, view)
            posix.utime(spare, ns=(info.st_atime_ns, info.st_mtime_ns), follow_symlinks=False)
            with self.untouched(view):
                self.places.settle(spare, self.union.over(view))
        finally:
            with contextlib.suppress(FileNotFoundError):
                posix.unlink(spare)
        self.union.journal.tell(".")

    def fill(self, view: str, spare: str, info: Any, contents: bool) -> None:
        """Write a file with the contents, or none, and the mode and times of a real one."""
        room = posix.statvfs(self.union.making)
        if contents and info.st_size > room.f_bavail * room.f_frsize:
            raise self.places.failed(errno.ENOSPC, view)
        target = posix.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            if contents:
                self.places.pour(view, target)
            posix.fchmod(target, stat.S_IMODE(info.st_mode))
        finally:
            posix.close(target)

    def lift_all(self, view: str) -> None:
        """Copy a thing to the scratch tree with all that the script sees in it."""
        here = self.union.actual(view)
        if here == view:
            self.lift(view)
        if stat.S_ISDIR(posix.lstat(here).st_mode):
            for entry in self.union.entries(view):
                self.lift_all(view.rstrip("/") + "/" + entry.name)

    def changing(self, path: Any, follow: Any = True) -> str:
        """The path at which to change the mode, times or attributes of something."""
        union = self.union
        union.journal.fresh()
        text = union.absolute(path)
        view = union.resolved(text, follow)
        if union.is_free(view):
            return str(view)
        here = union.actual(view)  # type: str
        if here == view and not self.places.is_special(posix.lstat(here)):
            self.lift(view)
            return str(union.over(view))
        return here

    def creating(self, path: Any) -> str:
        """The path at which to make something new."""
        union = self.union
        union.journal.fresh()
        view = union.resolved(union.absolute(path).rstrip("/") or "/", False)  # type: str
        if union.is_free(view):
            return view
        if self.places.lies(union.actual(view)):
            raise self.places.failed(errno.EEXIST, path)
        union.room(view)
        return str(union.over(view))

    def made(self, path: str) -> None:
        """Tell that something was made there."""
        if path.startswith(self.union.tree + "/"):
            self.union.journal.tell(".")

    def remove(self, path: Any, folder: bool) -> None:
        """Remove a file or link, or an empty folder; really a pipe or socket of the trial, whose makers do not ask us."""
        union = self.union
        union.journal.fresh()
        text = union.absolute(path)
        view = union.resolved(text.rstrip("/") or "/", False)
        really = posix.rmdir if folder else posix.unlink
        here = view if union.is_free(view) else union.actual(view)
        info = posix.lstat(here)
        if union.is_free(view) or (self.places.is_special(info) and union.is_new(info)):
            really(here)
            return
        is_dir = stat.S_ISDIR(info.st_mode)
        if is_dir != folder or (text.endswith("/") and not is_dir):
            code = errno.EISDIR if is_dir else errno.ENOTDIR
            raise self.places.failed(code, path)
        if folder and union.entries(view):
            raise self.places.failed(errno.ENOTEMPTY, path)
        if here != view:
            really(here)
        self.hide(view)

    def hide(self, view: str) -> None:
        """Hide the real one, where it is seen, and tell that there was a change."""
        if self.union.hidden(view) or not self.places.lies(view):
            self.union.journal.tell(".")
            return
        folder = view.rpartition("/")[0]
        self.lay(folder)  # first: only in such a folder it is asked what was removed
        posix.utime(self.union.over(folder))
        self.union.journal.tell("-" + view)
