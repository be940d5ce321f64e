"""The files of a project: what git knows of and what it would take, or what is staged; without git all that is no cache."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from torch_starter.core.credential_files import is_credential_file
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.leaks import Leak, Leaks
from torch_starter.core.machine import Machine
from torch_starter.scanning import content, repository
from torch_starter.scanning.allowed import Allowed
from torch_starter.scanning.blobs import Blob, Reader
from torch_starter.scanning.repository import git, refusal, shown

SECONDS = 30.0  # for git to list files
CLOSED = "warning: could not open directory "  # which git says, and goes on
GONE = (FileNotFoundError, NotADirectoryError)  # git's index has it still
LEFT_OUT = {
    ".git",
    ".venv",
    "venv",
    ".torch-starter",
    "__pycache__",
    "node_modules",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
}
LEFT_OUT |= {"site-packages", ".hypothesis", ".ipynb_checkpoints", "wandb", "lightning_logs", "checkpoints", ".tox", ".nox"}


@dataclass(frozen=True)
class Listed:
    """The names of files, relative to the root, and why they may not be all."""

    names: tuple[str, ...]
    unknown: tuple[str, ...] = ()


def search(machine: Machine, root: Path, allowed: Allowed, stopped: Callable[[], bool] = bool) -> Leaks:
    """The secrets in the working tree; raises Unknown where git does not answer in time."""
    here = listed(machine, root)
    found, looked, left_out, unread = list[Leak](), 0, 0, list[str]()
    for name in here.names:
        if stopped():
            return Leaks(found=tuple(found), looked=looked, left_out=left_out, unknown="stopped on request")
        if allowed.path(shown(name)):
            continue
        try:
            text = read(root / name)
        except GONE:
            continue
        except OSError as error:
            unread.append(f"{shown(name)} ({error.strerror})")
            continue
        looked, left_out = looked + (text is not None), left_out + (text is None)
        found += content.leaks(text or "", shown(name), allowed)
    unknown = "; ".join((*here.unknown, *not_read(unread)))
    return Leaks(found=tuple(found), looked=looked, left_out=left_out, unknown=unknown)


def not_read(names: list[str]) -> Iterator[str]:
    """That files could not be read, and which."""
    if names:
        more = f" and {len(names) - 3} files more" if len(names) > 3 else ""
        yield f"could not be read: {', '.join(names[:3])}{more}: make them readable, or `allow` their paths"


def listed(machine: Machine, root: Path) -> Listed:
    """What is in git's index, and what it does not ignore; without git all but caches and files of credentials.

    So it is also where git has nothing to say of the project: nothing listed, or its folder ignored by a repository around it.
    """
    done = git(machine, root, "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", timeout=SECONDS)
    if done.timed_out:
        raise Unknown(f"git did not list the files within {SECONDS:.0f} s")
    if done.ok:
        names = repository.names(done)
        closed = tuple(f"git {line.removeprefix('warning: ')}" for line in done.err.splitlines() if line.startswith(CLOSED))
        if names and not is_ignored(machine, root):
            return Listed(tuple(names), closed)
        rest = plain(root)
        return Listed(tuple(dict.fromkeys((*names, *rest.names))), rest.unknown)
    why, here = refusal(done, root), plain(root)
    return here if isinstance(why, Absent) else Listed(here.names, (f"files were looked for without git: {why}", *here.unknown))


def is_ignored(machine: Machine, root: Path) -> bool:
    """Whether the project is in a folder that the repository around it ignores."""
    below = git(machine, root, "rev-parse", "--show-prefix").out.rstrip("\n")
    return bool(below) and git(machine, root, "check-ignore", "--no-index", "--quiet", f"../{Path(below).name}").ok


def plain(root: Path) -> Listed:
    """All files but those of caches, environments and credentials."""
    closed = list[OSError]()
    names = tuple(name for name in walked(root, closed.append) if not is_credential_file(name))
    return Listed(names, tuple(f"could not open {shown(error.filename)}: {error.strerror}" for error in closed))


def walked(root: Path, closed: Callable[[OSError], None] | None = None) -> Iterator[str]:
    """All files that are neither in caches nor in environments; `closed` is told of folders that cannot be opened."""
    for folder, inside, files in os.walk(root, onerror=closed):
        inside[:] = sorted(
            name for name in inside if name not in LEFT_OUT and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        )
        yield from (os.path.relpath(os.path.join(folder, name), root) for name in sorted(files))


def read(path: Path) -> str | None:
    """The text of a regular file; None where it is something else, not text, or too big. Raises OSError."""
    state = path.lstat()
    if not stat.S_ISREG(state.st_mode) or state.st_size > content.most(path.name):
        return None
    return content.decoded(path.read_bytes())


def staged(machine: Machine, root: Path, allowed: Allowed, stopped: Callable[[], bool] = bool) -> Leaks:
    """The secrets in what is staged below the root; raises Absent without git, Unknown where that does not say what is staged."""
    repository.is_shallow(machine, root)  # which tells without a repository: git diff does not
    end = time.monotonic() + SECONDS
    done = git(machine, root, *("diff", "--cached", "--raw", "--relative", "--no-abbrev", "--no-renames"), timeout=SECONDS)
    if not done.ok:
        raise refusal(done, root)
    found, looked, left_out, unknown = list[Leak](), 0, 0, ""
    changed = [blob for blob in in_index(done.out) if not allowed.path(blob.file)]
    try:
        for blob, text in Reader(machine, root, end, stopped).texts(changed):
            looked, left_out = looked + (text is not None), left_out + (text is None)
            found += content.leaks(text or "", blob.file, allowed)
    except Unknown as reason:
        unknown = f"{looked + left_out} of {len(changed)} staged files were looked at: {reason}"
    return Leaks(found=tuple(found), looked=looked, left_out=left_out, unit="staged files", unknown=unknown)


def in_index(raw: str) -> Iterator[Blob]:
    """The regular files in what `git diff --raw` says."""
    for line in raw.split("\n"):
        words, _, name = line.partition("\t")
        if name and words.split(" ")[1].startswith("100"):
            yield Blob(words.split(" ")[3], shown(repository.opened(name)))
