"""The files of a project: what git knows of and what it would take, or what is staged; without git all that is no cache."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from torch_starter.core.credential_files import is_credential_file
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.leaks import Leak, Leaks
from torch_starter.core.machine import Machine
from torch_starter.scanning import content
from torch_starter.scanning.allowed import Allowed

SECONDS = 30.0  # for git to list files
MOST_BYTES = 5_000_000  # of a file; what is larger is data
MOST_OF_NOTEBOOK = 50_000_000  # whose outputs are large
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


def search(machine: Machine, root: Path, allowed: Allowed, stopped: Callable[[], bool] = bool) -> Leaks:
    """The secrets in the working tree."""
    found, looked, left_out = list[Leak](), 0, 0
    for name in names(machine, root):
        if stopped():
            return Leaks(found=tuple(found), looked=looked, left_out=left_out, unknown="stopped on request")
        text = read(root / name)
        if text is None:
            left_out += 1
        else:
            looked += 1
            found += content.leaks(text, name, allowed)
    return Leaks(found=tuple(found), looked=looked, left_out=left_out)


def names(machine: Machine, root: Path) -> Iterator[str]:
    """Relative to the root: of git's index and what it does not ignore; without git all but caches and files of credentials."""
    listed = machine.processes.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
        env=machine.variables,
        timeout=SECONDS,
    )
    if listed.timed_out:
        raise Unknown(f"git did not list the files within {SECONDS:.0f} s")
    if listed.ok:
        yield from filter(None, listed.out.split("\0"))
    else:
        yield from (name for name in walked(root) if not is_credential_file(name))


def walked(root: Path) -> Iterator[str]:
    """All files that are neither in caches nor in environments."""
    for folder, inside, files in os.walk(root):
        inside[:] = sorted(name for name in inside if name not in LEFT_OUT and not (Path(folder, name, "pyvenv.cfg")).exists())
        yield from (os.path.relpath(os.path.join(folder, name), root) for name in sorted(files))


def read(path: Path) -> str | None:
    """The text of a regular file; None where it is something else, not text, or too big."""
    try:
        state = path.lstat()
        most = MOST_OF_NOTEBOOK if path.suffix == ".ipynb" else MOST_BYTES
        if not stat.S_ISREG(state.st_mode) or state.st_size > most:
            return None
        return content.decoded(path.read_bytes())
    except OSError:
        return None


def staged(machine: Machine, root: Path, allowed: Allowed) -> Leaks:
    """The secrets in what is staged; raises Absent without git."""
    done = machine.processes.run(
        ["git", "-C", root, "diff", "--cached", "--name-only", "--diff-filter=AMCRT", "-z", "--no-renames"],
        env=machine.variables,
        timeout=SECONDS,
    )
    if not done.ok:
        raise Absent("not a git repository")
    found, changed = list[Leak](), [name for name in done.out.split("\0") if name]
    for name in changed:
        shown = machine.processes.run(["git", "-C", root, "show", f":{name}"], env=machine.variables, timeout=SECONDS)
        found += content.leaks(shown.out, name, allowed) if shown.ok else ()
    return Leaks(found=tuple(found), looked=len(changed), unit="staged files")
