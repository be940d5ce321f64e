"""The environment in which sets of packages are tried: made aside, and changed from one set to the next.

Its packages are hard links into uv's cache, and the bytecode is linked from the present environment or the one before; what is
not there yet is written by the first import. So it takes little space, and the next trial less time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed
from torch_starter.core.project import Project
from torch_starter.making import bytecode, uv
from torch_starter.making.build import make_importable, python_of

SITES = "lib/python*/site-packages"
BUILD_FAILED = re.compile(r"[Ff]ailed to (?:download and )?build `?([A-Za-z0-9._-]+)(?:==([^`\s]+))?")


class CannotBuild(CommandFailed):
    """A package has no wheel, and cannot be built from its source: a reason to try another release. `package` is its name."""

    def __init__(self, package: str, message: str) -> None:
        super().__init__("package.build", message, "./dev.sh lock-update")
        self.package = package


@dataclass(frozen=True)
class Aside:
    """Where candidates are made. `previous` is the present environment, whose bytecode is linked."""

    folder: Path
    machine: Machine
    project: Project
    program: Path
    variables: Mapping[str, str]
    python: Path
    previous: Path | None

    @property
    def environment(self) -> Path:
        return self.folder / "environment"

    @property
    def lock(self) -> Path:
        return self.folder / "lock.txt"

    def become(self, text: str, index: str | None, fresh: bool) -> None:
        """Have exactly the packages of a lock; with `fresh`, in a new environment. Raises a Problem, CannotBuild among them."""
        self.machine.files.write(self.lock, text)
        new, before = fresh or not python_of(self.environment).exists(), self.folder / "before"
        if new:
            self.machine.files.remove_tree(before)
            if self.environment.exists():
                self.environment.rename(before)
            argv: list[str | Path] = [self.program, "venv", "--clear", "--relocatable", "--python", self.python, self.environment]
            self._run(argv, "making an environment for a trial")
            make_importable(self.environment, self.project.root / "src", self.machine)
        words: list[str | Path] = [self.program, "pip", "sync", "--require-hashes", "--python", python_of(self.environment)]
        words += [self.lock, *(["--index", index] if index and "+" in text else [])]
        self._run(words, "installing the packages of a trial")
        # uv leaves the bytecode of modules that are one file: another release of the same size and second would not be read
        for site in self.environment.glob(SITES):
            self.machine.files.remove_tree(site / "__pycache__")
        if new:
            for other in (before, self.previous):
                self._take_bytecode(other)
            self.machine.files.remove_tree(before)

    def _take_bytecode(self, other: Path | None) -> None:
        for site in self.environment.glob(SITES):
            if other is not None:
                bytecode.take_over(other / site.relative_to(self.environment), site)

    def remove(self) -> None:
        """Leave nothing."""
        self.machine.files.remove_tree(self.folder)

    def _run(self, argv: list[str | Path], doing: str) -> None:
        environment = {**self.variables, "UV_COMPILE_BYTECODE": "0"}
        done = self.machine.processes.run(argv, env=environment, cwd=self.project.root)
        if done.ok:
            return
        failed = BUILD_FAILED.search(done.err)
        if failed and not uv.is_network(done.err):
            said = (line.strip(" ╰─▶├│") for line in done.err.splitlines())
            last = [line for line in said if line and not line.startswith("hint:")]
            raise CannotBuild(failed[1], f"{failed[1]} {failed[2] or ''} cannot be built from its source: {last[-1][:200]}")
        raise uv.problem(done, doing)


def bytes_of(folder: Path) -> tuple[int, int]:
    """What a folder takes on the disk for itself alone, and with what it shares by hard links; in bytes."""
    own = shared = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            state = os.lstat(os.path.join(parent, name))
            shared += state.st_blocks * 512
            own += state.st_blocks * 512 if state.st_nlink == 1 else 0
    return own, shared
