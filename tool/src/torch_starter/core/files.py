"""Reading and changing files: what is written is written aside and renamed into place."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from torch_starter.core.problems import CouldNotLook, Problem

if TYPE_CHECKING:
    from torch_starter.core.emptying import Removed


class DiskProblem(Problem):
    """A file could not be written: no space, no permission."""

    exit_code = 5


class Files(Protocol):
    """The part of a machine that holds files."""

    def read(self, path: Path) -> str | None:
        """The text of a file with the line ends that it has; None where there is none, or it may not be read."""
        ...

    def write(self, path: Path, text: str | bytes) -> None:
        """Put a file in place in one step, making its folder; raises DiskProblem.

        One that is there keeps its mode and owner, and where `path` is a link, it is what that leads to which is written.
        """
        ...

    def writing(self, path: Path) -> contextlib.AbstractContextManager[BinaryIO]:
        """A file to write to, in place in one step at the end, and gone where that is not reached; raises DiskProblem."""
        ...

    def move(self, source: Path, path: Path) -> None:
        """Give a file or folder another name on the same file system, in one step; raises DiskProblem."""
        ...

    def append(self, path: Path, line: str | bytes) -> None:
        """Put a line behind what is in a file, making it and its folder; raises DiskProblem."""
        ...

    def link(self, path: Path, target: str) -> None:
        """Make `path` a symbolic link to `target` in one step, also where a link stands already; raises DiskProblem."""
        ...

    def hard_link(self, source: Path, path: Path) -> None:
        """Make `path`, and its folder, another name of the file `source`; raises DiskProblem."""
        ...

    def make_folder(self, path: Path) -> None:
        """Make a folder and its parents; raises DiskProblem."""
        ...

    def remove_tree(self, path: Path) -> None:
        """Remove a folder and all in it; nothing happens where there is none."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file, a link or a folder with all in it; raises DiskProblem."""
        ...

    def discard(self, root: Path, path: Path, inode: tuple[int, int] | None = None) -> Removed:
        """Remove what is strictly below a root, never through a link; with `inode` only what was measured. Raises DiskProblem."""
        ...

    def set_mode(self, path: Path, mode: int) -> None:
        """Set the permission bits of a file or folder; raises DiskProblem."""
        ...

    def free_bytes(self, path: Path) -> int:
        """Free space for us on the file system of `path`, or of its nearest existing parent, in bytes."""
        ...

    def lock(self, path: Path, on_wait: Callable[[str], None]) -> contextlib.AbstractContextManager[None]:
        """Hold a lock that ends with the process; where another holds it, say so by `on_wait` and wait."""
        ...


class LocalFiles:
    """Files of this machine."""

    def read(self, path: Path) -> str | None:
        try:
            return path.read_bytes().decode(errors="replace")  # as it is: who edits it writes its line ends again
        except OSError:
            return None

    def write(self, path: Path, text: str | bytes) -> None:
        path = Path(os.path.realpath(path))
        with disk_problems(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f".{path.name}.{os.getpid()}")
            try:
                with aside.open("wb") as file:
                    keep_rights(path, file.fileno())
                    file.write(text.encode() if isinstance(text, str) else text)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(aside, path)
            finally:
                aside.unlink(missing_ok=True)

    @contextlib.contextmanager
    def writing(self, path: Path) -> Iterator[BinaryIO]:
        with disk_problems(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f".{path.name[:200]}.{os.getpid()}")
            try:
                with aside.open("wb") as file:
                    yield file
                os.replace(aside, path)
            finally:
                aside.unlink(missing_ok=True)

    def move(self, source: Path, path: Path) -> None:
        with disk_problems(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, path)

    def append(self, path: Path, line: str | bytes) -> None:
        with disk_problems(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write((line.encode() if isinstance(line, str) else line) + b"\n")

    def link(self, path: Path, target: str) -> None:
        with disk_problems(path):
            aside = path.with_name(f".{path.name}.{os.getpid()}")
            aside.unlink(missing_ok=True)
            os.symlink(target, aside)
            try:
                os.replace(aside, path)
            finally:
                aside.unlink(missing_ok=True)

    def hard_link(self, source: Path, path: Path) -> None:
        with disk_problems(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(source, path)

    def make_folder(self, path: Path) -> None:
        with disk_problems(path):
            path.mkdir(parents=True, exist_ok=True)

    def remove_tree(self, path: Path) -> None:
        if path.is_symlink():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path, ignore_errors=True)

    def remove(self, path: Path) -> None:
        with disk_problems(path):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def discard(self, root: Path, path: Path, inode: tuple[int, int] | None = None) -> Removed:
        from torch_starter.core.removal import discard

        return discard(root, path, inode)

    def set_mode(self, path: Path, mode: int) -> None:
        with disk_problems(path):
            path.chmod(mode)

    def free_bytes(self, path: Path) -> int:
        return shutil.disk_usage(nearest(path)).free

    @contextlib.contextmanager
    def lock(self, path: Path, on_wait: Callable[[str], None]) -> Iterator[None]:
        with disk_problems(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("a+")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                on_wait(f"waiting for another command that changes the same (process {file.read().strip()})")
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError as error:  # some network file systems know no locks
                raise CouldNotLook(
                    "lock.unsupported", f"{path} cannot be locked: {error.strerror}", "clone to a local disk"
                ) from error
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


def nearest(path: Path) -> Path:
    """A path, or the nearest folder above it that can be seen: what is in a folder of another user's may be hidden from us."""
    while not os.path.exists(path):  # Path.exists raises where it may not look
        path = path.parent
    return path


def keep_rights(path: Path, number: int) -> None:
    """Give the open file that shall take the place of `path` its mode, and its owner where we may."""
    with contextlib.suppress(FileNotFoundError):
        was = os.stat(path)
        with contextlib.suppress(PermissionError):
            os.fchown(number, was.st_uid, was.st_gid)
        os.fchmod(number, stat.S_IMODE(was.st_mode))


@contextlib.contextmanager
def disk_problems(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a problem that says what to do."""
    try:
        yield
    except OSError as error:
        raise disk_problem(path, error) from error


def disk_problem(path: Path, error: OSError) -> DiskProblem:
    """The problem for an error of the operating system on `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskProblem("disk.full", f"no space left to write {path}", f"free some space on the disk of {path.parent}")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        what = "is on a read-only file system" if error.errno == errno.EROFS else "may not be written by this user"
        return DiskProblem(
            "disk.read-only", f"{path.parent} {what}", "clone into a folder that you own: git clone <repository> ~/torch-starter"
        )
    return DiskProblem("disk.error", f"{path}: {error.strerror}", f"see to {path.parent}, then run the command again")
