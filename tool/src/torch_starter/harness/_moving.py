"""How things get another name in the scratch tree, or one more, and between it and the folders that writes go through to.

Standard library alone, Python 3.8.
"""

from __future__ import annotations

import errno
import os
import posix
import stat
from typing import Any


class Moving:
    """Renames and hard links in a Union."""

    def __init__(self, union: Any) -> None:
        self.union = union

    def view(self, path: Any) -> str:
        """What a path names, which is not followed; the folder that it is in has to be there."""
        view = self.union.resolved(self.union.absolute(path).rstrip("/") or "/", False)  # type: str
        self.union.home(view)
        return view

    def where(self, view: str) -> str:
        """Where it lies now."""
        return view if self.union.is_free(view) else str(self.union.actual(view))

    def move(self, source: Any, target: Any) -> None:
        """Rename, as rename(2) does; a real folder is copied with all that is in it."""
        union = self.union
        union.journal.fresh()
        old, new = self.view(source), self.view(target)
        info = posix.lstat(self.where(old))
        is_dir = stat.S_ISDIR(info.st_mode)
        if not is_dir and any(os.fsdecode(path).endswith("/") for path in (source, target)):
            raise union.places.failed(errno.ENOTDIR, source)
        self.must_fit(old, new, is_dir)
        there = union.places.stated(self.where(new))
        if there is not None and os.path.samestat(info, there):
            return
        if not union.is_free(new):
            union.room(new)
        if not union.is_free(old):
            union.copy.lift_all(old)
            old_at = union.over(old)
        else:
            old_at = old
        self.carry(old_at, new if union.is_free(new) else union.over(new), info)
        if not union.is_free(old):
            union.copy.hide(old)
        else:
            union.journal.tell(".")

    def must_fit(self, old: str, new: str, is_dir: bool) -> None:
        """Raise what rename(2) says where the one cannot take the place of the other."""
        there = self.union.places.stated(self.where(new))
        code = 0
        if is_dir and new.startswith(old.rstrip("/") + "/"):
            code = errno.EINVAL
        elif old.startswith(new.rstrip("/") + "/"):
            code = errno.ENOTEMPTY
        elif there is not None and stat.S_ISDIR(there.st_mode) != is_dir:
            code = errno.ENOTDIR if is_dir else errno.EISDIR
        elif there is not None and is_dir and old != new and self.union.entries(new):
            code = errno.ENOTEMPTY
        if code:
            raise self.union.places.failed(code, new)

    def carry(self, old: str, new: str, info: Any) -> None:
        """Rename, or copy and remove where they are on two file systems, as they are not for the script."""
        try:
            posix.rename(old, new)
        except OSError as error:
            if error.errno != errno.EXDEV or not stat.S_ISREG(info.st_mode):
                raise
            spare = "%s.%d~" % (new, posix.getpid())
            self.union.copy.fill(old, spare, info, True)
            posix.utime(spare, ns=(info.st_atime_ns, info.st_mtime_ns))
            posix.rename(spare, new)
            posix.unlink(old)

    def link(self, source: Any, target: Any) -> None:
        """Give a file one more name."""
        union = self.union
        union.journal.fresh()
        old = self.view(source)
        info = posix.lstat(self.where(old))
        new = union.copy.creating(target)
        if stat.S_ISDIR(info.st_mode):
            raise union.places.failed(errno.EPERM, source)
        if self.where(old) == old and not union.is_free(old):
            union.copy.lift(old)
        posix.link(self.where(old), new, follow_symlinks=False)
        union.copy.made(new)
