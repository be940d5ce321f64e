"""A copy of an environment, a home and a folder to work in, that faults are put into and taken out of again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed


class Victim:
    """The files of `copy` are hard links to those of `original`: one is replaced, never written into.

    `variables` and `wrap` (words before the command, such as a shell that lowers a limit) belong to one verification.
    `restore` takes back all that was done.
    """

    def __init__(self, machine: Machine, original: Path, folder: Path, uv: Path, uv_variables: dict[str, str]) -> None:
        self.machine = machine
        self.original = original
        self.copy = folder / "environment"
        self.home = folder / "home"
        self.here = folder / "here"
        self.variables: dict[str, str] = {}
        self.wrap: list[str] = []
        self._uv: list[str | Path] = [uv, "pip"]
        self._uv_variables = uv_variables
        self._touched: set[Path] = set()
        machine.files.remove_tree(folder)
        machine.files.make_folder(folder)
        self._run(["cp", "-al", original, self.copy], "copying the environment")
        self.restore()

    @property
    def python(self) -> Path:
        return self.copy / "bin" / "python"

    @property
    def site(self) -> Path:
        """Its site-packages."""
        return next(self.copy.glob("lib/python*/site-packages"))

    def find(self, pattern: str) -> Path:
        """The first file of its site-packages that matches; raises CommandFailed where there is none."""
        found = next(iter(sorted(self.site.glob(pattern))), None)
        if found is None:
            raise CommandFailed("self-test.missing", f"the environment has no {pattern}", "./dev.sh setup --rebuild")
        return found

    def replace(self, path: Path, content: str | bytes) -> None:
        """Give a file of the copy, or a new one, another content."""
        self._touched.add(path)
        self.machine.files.remove(path)  # it may be a link into a cache
        self.machine.files.write(path, content)

    def remove(self, path: Path) -> None:
        """Take a file of the copy away."""
        self._touched.add(path)
        self.machine.files.remove(path)

    def publish(self, path: Path, content: str) -> None:
        """Give a file another content, and tell so in its package's RECORD: as if it had been published like that."""
        relative = str(path.relative_to(self.site))
        for record in self.site.glob("*.dist-info/RECORD"):
            lines = (self.machine.files.read(record) or "").splitlines()
            if any(line.startswith(f"{relative},") for line in lines):
                digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
                new = f"{relative},sha256={digest},{len(content.encode())}"
                kept = [new if line.startswith(f"{relative},") else line for line in lines]
                self.replace(record, "\n".join(kept) + "\n")
        self.replace(path, content)

    def install(self, *requirements: str) -> None:
        """Put other versions of packages into the copy, without what they need; raises CommandFailed without a network."""
        self._touched |= set(self._files_of(requirements))
        argv = [*self._uv, "install", "--python", self.python, "--no-deps", *requirements]
        self._run(argv, f"installing {', '.join(requirements)}")
        self._touched |= set(self._files_of(requirements))

    def uninstall(self, name: str) -> None:
        """Take a package out of the copy."""
        self._touched |= set(self._files_of([name]))
        self._run([*self._uv, "uninstall", "--python", self.python, name], f"removing {name}")

    def _files_of(self, requirements: Sequence[str]) -> list[Path]:
        """The files of packages that are in the copy now."""
        names = [requirement.split("=")[0].replace("-", "_") for requirement in requirements]
        records = [record for name in names for record in self.site.glob(f"{name}-*.dist-info/RECORD")]
        lines = [line for record in records for line in (self.machine.files.read(record) or "").splitlines()]
        paths = [line.rpartition(",")[0].rpartition(",")[0].strip('"') for line in lines if line.count(",") >= 2]
        others = [path for record in records for path in record.parent.iterdir()]
        return [*(self.site / path for path in paths), *others]

    def restore(self) -> None:
        """Make copy, home, folder and variables as they were at first."""
        for path in sorted(path for path in self._touched if path.is_relative_to(self.copy)):
            self.machine.files.remove(path)
            before = self.original / path.relative_to(self.copy)
            if before.is_file():
                self.machine.files.hard_link(before, path)
        self._remove_empty_folders()
        self._touched.clear()
        for folder in (self.home, self.here):
            self.machine.files.remove_tree(folder)
            self.machine.files.make_folder(folder)
        self.variables = {}
        self.wrap = []

    def _remove_empty_folders(self) -> None:
        """What a package that was only installed for a while leaves behind."""
        for folder in {path.parent for path in self._touched}:
            while folder.is_relative_to(self.site) and not (self.original / folder.relative_to(self.copy)).exists():
                self.machine.files.remove_tree(folder)
                folder = folder.parent

    def _run(self, argv: Sequence[str | Path], doing: str) -> None:
        done = self.machine.processes.run(argv, env=self._uv_variables)
        if not done.ok:
            raise CommandFailed("self-test.failed", f"{doing} failed: {done.err.strip()[-300:]}", "see what it says")
