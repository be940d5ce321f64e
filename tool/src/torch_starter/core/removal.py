"""Removing what is below a root, and nothing else, whatever others do meanwhile: folder by folder, and never through a link.

A root is opened first. From there on every folder is opened by its name in the one that is open already, never through a link,
and must be on the same mount. What goes is renamed aside within its root, is looked at there again, and only then removed: a
reader sees all of it or nothing. What a killed removal has left is found by its name.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from torch_starter.core.emptying import FOLDER, Removed, mount, open_up, reason, remove, status
from torch_starter.core.files import DiskProblem
from torch_starter.core.tree import Inode

ASIDE = ".torch-starter-gone-"  # then the number of our process, and something random


class Refused(DiskProblem):
    """It is not removed, because of what it is or where."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__("remove.refused", f"{path} is not removed: {why}", "look at it, and remove it by hand if it is to go")


def discard(root: Path, path: Path, inode: Inode | None) -> Removed:
    """Remove a file, link or folder strictly below a root; with `inode`, only where it is still the one that was measured.

    Raises Refused where it lies elsewhere, and is something else now. What cannot be removed is told, and the rest is done.
    """
    *above, name = names_below(root, path)
    done = Removed()
    with opened(root) as top, descended(top, above, path) as parent:
        info = status(parent, name)
        if info is None:
            return done
        if inode is not None and (info.st_dev, info.st_ino) != inode:
            raise Refused(path, "it is another one than was looked at")
        if info.st_dev != os.fstat(top).st_dev:
            raise Refused(path, "another file system is mounted there")
        aside = put_aside(top, parent, name, info)
        if aside is None:
            raise Refused(path, "it was put in the place of what was looked at")
        if theirs := shut_out(*aside, info):
            if aside != (parent, name):
                put_back(top, aside[1], parent, name)
            raise Refused(path, theirs)
        remove(*aside, mount(top), str(path), done)
    return done


def shut_out(parent: int, name: str, info: os.stat_result) -> str:
    """Why not all of it could be removed, as far as that is to be seen before: half of a thing is of use to nobody."""
    if not stat.S_ISDIR(info.st_mode):
        return ""
    try:
        handle = os.open(name, FOLDER, dir_fd=parent)  # from here on no link is followed
    except OSError as error:
        return reason(error)
    try:
        return next((why for where, _, _ in os.walk(f"/proc/self/fd/{handle}") if (why := denied(where))), "")
    finally:
        os.close(handle)


def denied(folder: str) -> str:
    """Why nothing may be removed from a folder; one of ours can be opened up."""
    with contextlib.suppress(OSError):
        owner = os.stat(folder).st_uid
        if owner != os.geteuid() and not os.access(folder, os.W_OK | os.X_OK):
            return f"Permission denied: something in it is of user {owner}"
    return ""


def names_below(root: Path, path: Path) -> tuple[str, ...]:
    """The names that lead from a root to what is below it; raises Refused where these are not plain."""
    pure = PurePosixPath(os.fspath(path))
    try:
        names = pure.relative_to(PurePosixPath(os.fspath(root))).parts
    except ValueError:
        names = ()
    if not names or ".." in names:
        raise Refused(path, f"it is not below {root}")
    return names


@contextlib.contextmanager
def opened(root: Path) -> Iterator[int]:
    """A root, which may be reached through links: where it leads is what its user has chosen."""
    try:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(root, reason(error)) from error
    try:
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def descended(top: int, names: list[str], path: Path) -> Iterator[int]:
    """The folder some names below an open one, on the same mount."""
    here, wanted = os.dup(top), mount(top)
    try:
        for name in names:
            try:
                below = os.open(name, FOLDER, dir_fd=here)
            except OSError as error:
                raise Refused(path, f"{name}: {reason(error)}") from error
            os.close(here)
            here = below
            if mount(here) != wanted:
                raise Refused(path, f"{name}: something else is mounted there")
        yield here
    finally:
        os.close(here)


def put_aside(top: int, parent: int, name: str, info: os.stat_result) -> tuple[int, str] | None:
    """Rename it within the root, and look again: where it is, now. None where another thing had come in its place.

    A folder of an image's lower layer cannot be renamed: that is removed where it is.
    """
    aside = f"{ASIDE}{os.getpid()}-{secrets.token_hex(8)}"
    try:
        open_up(parent, name, info)
        os.rename(name, aside, src_dir_fd=parent, dst_dir_fd=top)
    except OSError:
        return parent, name
    now = status(top, aside)
    if now is not None and (now.st_dev, now.st_ino) == (info.st_dev, info.st_ino):
        return top, aside
    put_back(top, aside, parent, name)
    return None


def put_back(top: int, aside: str, parent: int, name: str) -> None:
    """Give a thing its name again, unless that is taken by now."""
    info = status(top, aside)
    with contextlib.suppress(OSError):
        if info is not None and stat.S_ISDIR(info.st_mode):
            os.rename(aside, name, src_dir_fd=top, dst_dir_fd=parent)
        elif info is not None:
            os.link(aside, name, src_dir_fd=top, dst_dir_fd=parent, follow_symlinks=False)
            os.unlink(aside, dir_fd=top)
