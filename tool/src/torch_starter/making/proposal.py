"""Proposes sets of packages: asks uv for the newest resolution within an accelerator's bounds and those of a search."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed
from torch_starter.core.processes import Done
from torch_starter.core.spec import Accelerator
from torch_starter.making import uv

CUDA_PACKAGES = {"12": "nvidia-cuda-runtime-cu12", "13": "nvidia-cuda-runtime"}
PLAIN = ("--no-header", "--no-annotate", "--quiet")
YANKED = re.compile(r"`(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^`]+)` is yanked(?: \(reason: (?P<reason>.*)\))?")
NO_FILES = 'lock-version = "1.0"\n'  # a pylock.toml that tells of no package
AT_ONCE = 4  # pages of the index that one resolution asks for: several go on beside each other, and too many are kept waiting
NO_MORE: Mapping[str, str] = {}
ABSENT = re.compile(r"[Bb]ecause ([A-Za-z0-9._-]+) was not found in the (?:package registry|provided package locations)")
PIN = re.compile(r"^[A-Za-z0-9._-]+==([^\s;]+)", re.MULTILINE)


class NoSolution(CommandFailed):
    """No set of releases agrees with what is asked for."""


@dataclass(frozen=True)
class Proposal:
    """The text of a lock, and a remark where it is not quite what was asked for."""

    text: str
    remark: str = ""


@dataclass(frozen=True)
class Kept:
    """A lock of which as much as possible is kept, and the packages that may move all the same."""

    text: str
    moving: tuple[str, ...]


def cuda_bounds(accelerator: Accelerator) -> dict[str, str]:
    """What keeps a resolution within an accelerator: its CUDA, by the runtime package that torch asks for."""
    if accelerator.cuda is None:
        return {}
    major, minor = accelerator.cuda.split(".")[:2]
    inside = f">={major}.{minor},<{major}.{int(minor) + 1}"
    return {package: inside if cuda == major else "<0" for cuda, package in CUDA_PACKAGES.items()}


@dataclass(frozen=True)
class Resolver:
    """Runs `uv pip compile` for one project. `scratch` is a folder for the files that it reads and writes.

    uv itself is asked for everything, since it alone knows the user's indexes, credentials and proxies.
    """

    machine: Machine
    pyproject: Path
    program: Path
    variables: Mapping[str, str]
    python: Path
    scratch: Path
    exclude_newer: str = ""
    at_once: int = AT_ONCE
    _reached: set[str] = field(default_factory=set)
    _unreachable: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def propose(self, name: str, accelerator: Accelerator, bounds: Mapping[str, str], kept: Kept | None = None) -> Proposal:
        """The newest resolution; raises NoSolution where there is none, another Problem where the index cannot be reached."""
        lines = [f"{package}{bound}" for package, bound in {**cuda_bounds(accelerator), **bounds}.items()]
        given, made = self._file("in"), self._file("txt")
        self.machine.files.write(given, "\n".join(lines) + "\n")
        if kept is not None:
            self.machine.files.write(made, kept.text)
        words = ["--universal", "--generate-hashes", "--all-extras", "-c", str(given), "-o", str(made), str(self.pyproject)]
        words += [word for package in (kept.moving if kept else ()) for word in ("--upgrade-package", package)]
        index = accelerator.index
        if index and index not in self._reached:
            self._look_for(index)
        done = self._compile(words, index)
        if not done.ok:
            raise problem(done, name)
        gone = index in self._unreachable
        remark = "PyTorch's own index cannot be reached: made from the default one, whose CUDA wheels compute on the CPU too"
        return Proposal(self.machine.files.read(made) or "", remark if gone else "")

    def older(self, requirement: Requirement | None, package: str, below: str, accelerator: Accelerator) -> str | None:
        """The newest release of a package below a version, within the ranges that the project gives; None where there is none."""
        given = self._file("in")
        asked = f"{package}{requirement.specifier}" if requirement else package
        self.machine.files.write(given, f"{asked}\n{package}<{below}\n")
        done = self._compile(["--no-deps", str(given)], accelerator.index)
        if not done.ok and uv.is_network(done.err):
            raise problem(done, f"{package} below {below}")
        found = PIN.search(done.out)
        return found[1] if done.ok and found else None

    def files_of(self, text: str, accelerator: Accelerator) -> str:
        """A lock as pylock.toml, with the files of each package, their sizes and dates; one of no package if it cannot be had."""
        lock, made = self._file("txt"), self.scratch / f"pylock.{next(self._numbers)}.toml"
        self.machine.files.write(lock, text)
        words = ["--universal", "--no-deps", "--format", "pylock.toml", "-o", str(made), str(lock)]
        done = self._compile(words, accelerator.index)
        return (self.machine.files.read(made) if done.ok else None) or NO_FILES

    def yanked(self, text: str, accelerator: Accelerator) -> list[tuple[str, str, str]]:
        """The packages of a lock that were taken back by their makers: name, version, reason."""
        lock = self._file("txt")
        self.machine.files.write(lock, text)
        done = self._compile(["--universal", "--no-deps", str(lock)], accelerator.index, quiet=False)
        return [(found["name"], found["version"], (found["reason"] or "").strip('"')) for found in YANKED.finditer(done.err)]

    def _look_for(self, index: str) -> None:
        """Note whether an additional index is out of reach, by one package and few attempts: a resolution finds it late."""
        given = self._file("in")
        self.machine.files.write(given, "torch\n")
        done = self._compile(["--no-deps", str(given)], index, more={"UV_HTTP_RETRIES": "1"})
        self._reached.add(index)
        if not done.ok and uv.is_network(done.err):
            self._unreachable.add(index)

    def _compile(self, words: list[str], index: str | None, quiet: bool = True, more: Mapping[str, str] = NO_MORE) -> Done:
        """Run it; an additional index that was not reached before is left out."""
        argv: list[str | Path] = [self.program, "pip", "compile", *(PLAIN if quiet else PLAIN[:2]), "--no-emit-index-url"]
        argv += ["--python", self.python, *words]
        argv += ["--index", index] if index and index not in self._unreachable else []
        argv += ["--exclude-newer", self.exclude_newer] if self.exclude_newer else []
        variables = {**self.variables, "UV_CONCURRENT_DOWNLOADS": str(min(AT_ONCE, self.at_once)), **more}
        return self.machine.processes.run(argv, env=variables, cwd=self.pyproject.parent)

    def _file(self, ending: str) -> Path:
        return self.scratch / f"{next(self._numbers)}.{ending}"


def line_of(version: str) -> str:
    """Where the minor release of a version begins: 4.57 of 4.57.6."""
    parsed = Version(version)
    epoch = f"{parsed.epoch}!" if parsed.epoch else ""
    return epoch + ".".join(str(part) for part in parsed.release[:2])


def problem(done: Done, name: str) -> Exception:
    """What an error of uv means here."""
    if absent := ABSENT.search(" ".join(done.err.split())):
        told = f"no index that uv knows has a package {absent[1]}"
        return NoSolution("lock.no-solution", told, "look at its name; an index of your own is told to uv in its uv.toml")
    if "No solution found" in done.err or "unsatisfiable" in done.err:
        told = " ".join(done.err.split())[-500:]
        return NoSolution("lock.no-solution", f"no set of packages fits {name}: {told}", "widen a range in pyproject.toml")
    return uv.problem(done, f"resolving {name}")
