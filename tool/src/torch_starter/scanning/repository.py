"""What git is asked about a project, and how it writes names of files: these are bytes, which need not be text."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.machine import Machine
from torch_starter.core.processes import Done
from torch_starter.scanning import content

SECONDS = 10.0  # for a question that needs no long look
SHALLOW = "the clone is shallow and lacks older commits: git fetch --unshallow"
OPTIONS = ("-c", "core.quotePath=true", "-c", f"core.bigFileThreshold={content.MOST_OF_NOTEBOOK}")  # more is shown as binary
ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
LETTERS = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


def git(
    machine: Machine,
    root: Path,
    *words: str,
    input: str = "",
    timeout: float = SECONDS,
    stopped: Callable[[], bool] | None = None,
) -> Done:
    """What git says in a project's folder. It writes what is no plain letter of a name as an escape, and complains in English."""
    argv = ["git", *OPTIONS, "-C", str(root), *words]
    return machine.processes.run(argv, env={**machine.variables, "LC_ALL": "C"}, input=input, timeout=timeout, until=stopped)


def is_shallow(machine: Machine, root: Path) -> bool:
    """Whether the repository lacks commits; raises Absent where there is none, and Unknown where git refuses it."""
    done = git(machine, root, "rev-parse", "--is-shallow-repository")
    if not done.ok:
        raise refusal(done, root)
    return done.out.strip() == "true"


def refusal(done: Done, root: Path) -> Absent | Unknown:
    """Why git did not answer: there is nothing to ask, or something went wrong."""
    asked = done.argv[len(OPTIONS) + 3]
    if done.missing:
        return Absent("git is not installed")
    if "not a git repository (or any" in done.err:
        return Absent("not a git repository")
    if done.timed_out:
        return Unknown(f"git {asked} did not answer within {done.seconds:.0f} s")
    if "dubious ownership" in done.err:
        mend = f"git config --global --add safe.directory {shlex.quote(str(root))}"
        return Unknown(f"git refuses this folder, since it belongs to another user: {mend}")
    return Unknown(f"git {asked} ended with {done.code}: {done.err.strip()[-200:]}")


def names(done: Done) -> list[str]:
    """The names in a list of git's, a line for each."""
    return [opened(line) for line in done.out.split("\n") if line]


def opened(written: str) -> str:
    """A name as the file is opened by, from how git writes it."""
    if not written.startswith('"'):
        return written
    return os.fsdecode(ESCAPED.sub(lambda found: unescaped(found[1]), written[1:-1].encode()))


def unescaped(escape: bytes) -> bytes:
    return bytes([int(escape, 8)]) if len(escape) == 3 else LETTERS.get(escape, escape)


def shown(name: str) -> str:
    """A name as it is told: bytes that are no text as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
