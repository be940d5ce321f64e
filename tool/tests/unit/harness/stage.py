"""Scripts on a stage: processes that do what they are told to files, some of them with their writes led aside."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch_starter.harness import redirect

ACTS = Path(__file__).with_name("acts.py")
REDIRECT = Path(str(redirect.__file__))


class Actor:
    """A process that does to files what it is told."""

    def __init__(self, root: Path, scratch: Path | None = None, python: str = sys.executable) -> None:
        words = [python, str(ACTS), str(root), *([str(REDIRECT), str(scratch)] if scratch else [])]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)

    def does(self, name: str, *words: Any) -> Any:
        """What came of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([name, *words]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@contextlib.contextmanager
def acting(root: Path, scratch: Path | None = None, python: str = sys.executable) -> Iterator[Actor]:
    """An actor, as long as it is wanted."""
    actor = Actor(root, scratch, python)
    with actor.process:
        yield actor
        assert actor.process.stdin is not None
        actor.process.stdin.close()
    assert actor.process.returncode == 0


def photograph(folder: Path) -> dict[str, Any]:
    """All that lies in a folder: kind, mode, time, inode, and what is in it."""
    found = {}
    for at, folders, files in os.walk(folder):
        for path in (Path(at), *(Path(at, name) for name in (*folders, *files))):
            info = path.lstat()
            inside = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            found[str(path)] = (info.st_mode, info.st_mtime_ns, info.st_ino, info.st_nlink, inside)
    return found


PRELUDE = """
import importlib.util, os, sys
def redirect():
    spec = importlib.util.spec_from_file_location("redirect", {redirect!r})
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.install({scratch!r}, {through!r})
"""


class World:
    """A folder with files that no script may change, and a scratch folder; `through` is where writes are meant."""

    def __init__(self, folder: Path, scratch: Path | None = None) -> None:
        self.real, self.scratch, self.through = folder / "real", scratch or folder / "scratch", folder / "through"
        (self.real / "d").mkdir(parents=True)
        self.through.mkdir()
        for name in ("a", "b", "d/c"):
            (self.real / name).write_text(f"old {name}")
        self.before = photograph(self.real)

    def script(self, text: str) -> list[str]:
        """What starts a script, in which redirect() installs the redirect."""
        prelude = PRELUDE.format(redirect=str(REDIRECT), scratch=str(self.scratch), through=[str(self.through)])
        return [sys.executable, "-c", prelude + textwrap.dedent(text)]

    def run(self, text: str) -> str:
        """What a script prints that begins in the folder with its writes led aside; the real files are as they were after it."""
        done = subprocess.run(
            self.script("found = redirect()\n" + textwrap.dedent(text)), cwd=self.real, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        self.must_be_as_before()
        return done.stdout.rstrip("\n")

    def must_be_as_before(self) -> None:
        """Fail where a real file is not as it was."""
        assert photograph(self.real) == self.before
