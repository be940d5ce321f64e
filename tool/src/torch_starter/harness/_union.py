"""What a script sees of the files: the real ones, and above them those that it wrote itself, which lie in a scratch folder.

What was written as /a/b lies at scratch/tree/a/b, what was removed is told in scratch/journal. Nothing here changes a real file,
but below folders that writes go through to.

A view is the absolute path of something as the script knows it, without links and dots. POSIX; the functions of `posix` are the
real ones, whatever stands in `os`. Standard library alone, Python 3.8.
"""

from __future__ import annotations

import errno
import os
import posix
import stat
from typing import Any

SYSTEM = ("/dev/", "/proc/", "/sys/")
LINKS = 40  # so many on one way are a circle
NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


class Union:
    """The real files, and above them those in the folder `scratch`; writes go through to the folders `through`."""

    def __init__(self, scratch: str, through: Any, beside: Any) -> None:
        self.scratch = os.path.realpath(scratch)
        self.tree, self.making = os.path.join(self.scratch, "tree"), os.path.join(self.scratch, "making")
        os.makedirs(self.making, exist_ok=True)
        self.journal = beside("_journal").Journal(os.path.join(self.scratch, "journal"))
        self.places = beside("_places")
        folders = (self.scratch, *(os.path.realpath(os.fsdecode(each)) for each in through))
        self.free = tuple(folder.rstrip("/") + "/" for folder in folders) + SYSTEM
        self.begun = self.places.begun(os.path.join(self.scratch, "begun"))
        self.apart = (self.scratch + "/", *SYSTEM)  # never anything else than what it really is
        self.copy = beside("_copying").Copying(self)
        self.moving = beside("_moving").Moving(self)

    def over(self, view: str) -> str:
        """Where it lies in the scratch folder, once it was written."""
        return self.tree + view

    def is_free(self, view: str) -> bool:
        """Whether writes to it are meant, and change the real one."""
        return (view + "/").startswith(self.free)

    def is_new(self, info: Any) -> bool:
        """Whether it was made since the trial began, by whomever."""
        return bool(info.st_ctime_ns >= self.begun)

    def absolute(self, path: Any) -> str:
        """The absolute path, which may have links and dots in it."""
        text = os.fsdecode(path)
        if not text:
            raise self.places.failed(errno.ENOENT, path)
        if not text.startswith("/"):
            try:
                text = self.known_as(posix.getcwd()).rstrip("/") + "/" + text
            except FileNotFoundError:  # the folder was removed, as the script will have it said of the path
                raise self.places.failed(errno.ENOENT, path) from None
        return text

    def known_as(self, place: str) -> str:
        """As what the script knows a place in the scratch tree that the system tells; a script that names one itself means just
        that, or who removes the scratch folder would come to what is known as /."""
        return place[len(self.tree) :] if place.startswith(self.tree + "/") else place

    def resolved(self, text: str, follow: bool = True) -> str:
        """The view that an absolute path leads to; a link at its end is followed or not."""
        left = text.split("/")[::-1]
        at, links = "", 0
        while left:
            part = left.pop()
            if part == "..":
                at = self.above(at)
            elif part not in ("", "."):
                target = self.target(at + "/" + part) if left or follow else None
                if target is None:
                    at += "/" + part
                    continue
                links += 1
                if links > LINKS:
                    raise self.places.failed(errno.ELOOP, text)
                if target.startswith("/"):
                    at = ""
                left += target.split("/")[::-1]
        return at or "/"

    def above(self, view: str) -> str:
        """The folder above it, which can be come to only where it is a folder that may be gone into."""
        posix.stat(self.actual(view or "/") + "/.")
        return view.rpartition("/")[0]

    def target(self, view: str) -> Any:
        """What a link says; None where it is none. Those of /proc lead to things that have no path."""
        if view.startswith(SYSTEM):
            return None
        here = self.actual(view)
        return posix.readlink(here) if self.places.is_link(here) else None

    def actual(self, view: str) -> str:
        """Where it is read: in the scratch tree where it was written or removed, else the real one."""
        over = self.tree + view
        try:
            posix.lstat(over)
        except FileNotFoundError:
            return over if self.hidden(view) else view
        except NotADirectoryError:  # what was a folder is a file now
            return over
        return over

    def hidden(self, view: str) -> bool:
        """Whether the real one is not seen, because it or a folder above it was removed."""
        while self.journal.gone and view:
            if view in self.journal.gone:
                return True
            view = view.rpartition("/")[0]
        return False

    def folder(self, text: str) -> tuple[str, bool, bool]:
        """Of the folder at an absolute path: its view ("" is the root), whether any of it may lie in the scratch tree,
        and whether the real path leads there too."""
        known = self.journal.known  # type: dict[str, tuple[str, bool, bool]]
        if text in known:
            return known[text]
        view = self.resolved(text or "/")
        here = self.actual(view)
        found = view.rstrip("/"), here != view, self.places.same(text or "/", view)
        if self.places.is_folder(here):  # what is none may become a file, of which nobody tells
            known[text] = found
        return found

    def reading(self, path: Any, follow: Any = True) -> Any:
        """The path at which to read what the script calls `path`; `path` itself wherever that will do."""
        if not self.journal.fresh() or not path:
            return path
        text, really = self.absolute(path), True
        for _ in range(LINKS):
            if text.startswith(self.apart):
                return path if really else text
            head, _, name = text.rpartition("/")
            if name in ("", ".", ".."):
                return self.actual(self.resolved(text)) + ("/" if not name else "")
            view, mixed, plain = self.folder(head)
            child = view + "/" + name
            here = self.actual(child) if mixed else child
            really = really and plain and here == child
            if not (follow and self.places.is_link(here)):
                return path if really else here
            text = os.path.join(view or "/", posix.readlink(here))
        raise self.places.failed(errno.ELOOP, path)

    def writing(self, path: Any, flags: int = NEW) -> Any:
        """The path at which to open a file with these flags of os.open: there in the scratch tree what has to be there."""
        self.journal.fresh()
        text = self.absolute(path)
        if text.startswith(self.apart):
            return path
        alone = flags & os.O_CREAT and flags & os.O_EXCL
        view = self.resolved(text, not (alone or flags & os.O_NOFOLLOW))
        here = view if self.is_free(view) else self.actual(view)
        end = "/" if text.endswith("/") else ""  # a file cannot have it: the real function says so
        info = self.places.stated(here)
        if info is None and flags & os.O_CREAT and not end and not self.is_free(view):
            self.room(view)
            return self.over(view)
        if info is not None and alone and not self.is_free(view):
            raise self.places.failed(errno.EEXIST, path)
        if info is None or here != view or self.is_free(view) or not stat.S_ISREG(info.st_mode):
            return here + end
        if end or not posix.access(here, os.W_OK):
            raise self.places.failed(errno.ENOTDIR if end else errno.EACCES, path)
        self.copy.lift(view, contents=not flags & os.O_TRUNC)
        return self.over(view)

    def room(self, view: str) -> None:
        """Make the folder in the scratch tree that it will lie in."""
        self.copy.lay(self.home(view))

    def home(self, view: str) -> str:
        """The folder that it lies in, which has to be there for the script."""
        folder = view.rpartition("/")[0] or "/"
        if not stat.S_ISDIR(posix.stat(self.actual(folder)).st_mode):
            raise self.places.failed(errno.ENOTDIR, view)
        return folder

    def entries(self, view: str) -> Any:
        """What the script sees in a folder, as real entries of folders: those of the scratch tree, and those not hidden by it."""
        here = self.actual(view)
        own, beneath = self.places.scanned(here), []
        if here == view:
            own, beneath = [], own
        elif not self.hidden(view):
            beneath = self.places.scanned(view, OSError)
        names = {entry.name for entry in own}
        head = view.rstrip("/") + "/"
        return own + [each for each in beneath if each.name not in names and not self.is_away(head + each.name)]

    def is_away(self, view: str) -> bool:
        """Whether a real one is not seen in its folder; the scratch folder never is, or a walk would begin anew there."""
        return view in self.journal.gone or view == self.scratch
