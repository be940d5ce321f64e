"""Fetching wheels as files: uv says which and where, by its own settings of indexes, and pip brings them, each by its hash.

uv keeps wheels unpacked, so they cannot be taken from its cache.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from torch_starter.core.lock import Pin
from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed, Problem
from torch_starter.core.processes import Done
from torch_starter.making import uv
from torch_starter.making.wheels import unreadable

BATCH = 256 << 20  # bytes that are fetched at a time: what has come is kept where the rest is stopped
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
PLAIN = ("--no-header", "--no-annotate", "--quiet")
REFUSED = re.compile(r"HTTP error 40[13]\b")
LOGIN = "put it into ~/.netrc, or into the address of the index in uv.toml"
PIP = ("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--disable-pip-version-check")


class _File(msgspec.Struct):
    """A file in a pylock.toml."""

    url: str = ""
    path: str = ""
    name: str = ""
    size: int | None = None
    hashes: dict[str, str] = {}


class _Package(msgspec.Struct):
    """A package in a pylock.toml."""

    name: str
    version: str = ""
    wheels: tuple[_File, ...] = ()


class _Pylock(msgspec.Struct):
    """The part of a pylock.toml that is read here."""

    packages: tuple[_Package, ...] = ()


@dataclass(frozen=True)
class Wheel:
    """A wheel that an index has: where, its sha256, and its bytes as far as they are told."""

    name: str
    version: str
    file: str
    url: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Fetcher:
    """Asks uv and pip for one interpreter; what they write meanwhile is in `scratch`. `logins`: variables for pip alone."""

    machine: Machine
    uv: Path
    variables: Mapping[str, str]
    python: Path
    scratch: Path
    logins: Mapping[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def chosen(self, pyproject: Path, lock: Path, extras: Sequence[str], index: str | None) -> dict[str, str] | None:
        """Name -> version of what core and extras need of a lock; None where that cannot be told without the network.

        What is cached, or in a mirror, is enough as a rule: the network is asked where it is not.
        """
        words = [str(pyproject), "-c", str(lock), *(word for extra in extras for word in ("--extra", extra))]
        for more in ({"UV_OFFLINE": "1"}, {}):
            done = self._compile(words, index, more)
            if done.ok:
                return {canonicalize_name(name): version for name, version in PINNED.findall(done.out)}
        if uv.is_network(done.err):
            return None
        raise uv.problem(done, "choosing the packages of the bundle")

    def found(self, pins: Iterable[Pin], index: str | None) -> list[Wheel]:
        """The wheels that an installer takes for these; raises a Problem, also where there is none of a hash of the lock."""
        wanted = list(pins)
        lines = (f"{pin.name}=={pin.version} {' '.join(f'--hash=sha256:{each}' for each in pin.hashes)}" for pin in wanted)
        listed = self._listed("\n".join(lines), index)
        wheels = []
        for pin in wanted:
            package = next((each for each in listed if canonicalize_name(each.name) == pin.name), _Package(pin.name))
            allowed = tuple(each for each in package.wheels if each.hashes.get("sha256") in pin.hashes)
            best = best_wheel(allowed, self.version)
            if best is None:
                raise CommandFailed(
                    "bundle.no-wheel",
                    f"the index has no wheel of {pin.name} {pin.version} for this platform that the lock knows",
                    f"./dev.sh lock-update --package {pin.name}",
                )
            wheels.append(wheel(package, best, self.scratch))
        return wheels

    def newest(self, name: str) -> Wheel | None:
        """The newest wheel of a package that no lock has; None where none can be had."""
        for package in self._listed(name, None):
            best = best_wheel(package.wheels, self.version)
            return wheel(package, best, self.scratch) if best is not None and "sha256" in best.hashes else None
        return None

    def fetch(self, wheels: Sequence[Wheel], come: Callable[[Path], None], at: Callable[[float, str], None]) -> None:
        """Bring them, some at a time; `come` is given each file, in the scratch folder. Raises a Problem."""
        pip, before = self._pip(), 0.0
        for batch in batches(wheels):
            folder = self.scratch / f"wheels.{next(self._numbers)}"
            self._download(pip, batch, folder, lambda size: at(before + size, batch[0].name))  # noqa: B023
            for each in batch:
                come(folder / each.file)
            before += sum(each.size for each in batch)
            at(before, batch[-1].name)

    def _download(self, pip: Path, batch: Sequence[Wheel], folder: Path, at: Callable[[float], None]) -> None:
        asked, temporary = folder.with_suffix(".in"), folder / "coming"
        self.machine.files.write(asked, "\n".join(f"{each.name} @ {each.url} --hash=sha256:{each.sha256}" for each in batch))
        self.machine.files.make_folder(temporary)

        def look() -> bool:
            at(amount(folder))
            return False

        env = {**self.variables, **self.logins, "TMPDIR": str(temporary)}
        argv: list[str | Path] = [pip, "-I", "-m", "pip", "download", *PIP, "--quiet", "--dest", folder, "-r", asked]
        done = self.machine.processes.run(argv, env=env, until=look)
        if not done.ok:
            raise problem(done, batch)

    def _pip(self) -> Path:
        """An interpreter with pip."""
        environment = self.scratch / "pip"
        done = self.machine.processes.run(
            [self.uv, "venv", "--clear", "--seed", "--python", self.python, environment], env=self.variables
        )
        if done.ok:
            return environment / "bin" / "python"
        has = self.machine.processes.run([self.python, "-I", "-m", "pip", "--version"], env=self.variables)
        if has.ok:
            return self.python
        raise uv.problem(done, "making an environment with pip")

    @property
    def version(self) -> tuple[int, int]:
        """Of the interpreter."""
        done = self.machine.processes.run([self.python, "-I", "-c", "import sys; print(*sys.version_info[:2])"])
        major, minor = done.out.split()
        return int(major), int(minor)

    def _listed(self, requirements: str, index: str | None) -> tuple[_Package, ...]:
        """The files that an index has of some packages; raises a Problem."""
        asked = self.scratch / f"requirements.{next(self._numbers)}.in"
        made = self.scratch / f"pylock.{next(self._numbers)}.toml"
        self.machine.files.write(asked, requirements + "\n")
        done = self._compile(["--no-deps", "--format", "pylock.toml", "-o", str(made), str(asked)], index, {})
        text = self.machine.files.read(made) if done.ok else None
        if text is None:
            raise uv.problem(done, "looking for the packages of the bundle")
        try:
            return msgspec.toml.decode(text, type=_Pylock).packages
        except msgspec.DecodeError as error:
            raise unreadable(str(error)) from error

    def _compile(self, words: Sequence[str], index: str | None, more: Mapping[str, str]) -> Done:
        argv: list[str | Path] = [self.uv, "pip", "compile", *PLAIN, "--python", self.python, *words]
        argv += ["--index", index] if index else []
        return self.machine.processes.run(argv, env={**self.variables, **more})


def wheel(package: _Package, file: _File, folder: Path) -> Wheel:
    """A file of a pylock.toml in a folder, with an address that is a whole one."""
    url = file.url or Path(os.path.normpath(folder / file.path)).as_uri()
    return Wheel(canonicalize_name(package.name), package.version, name_of(file), url, file.hashes["sha256"], file.size or 0)


def name_of(file: _File) -> str:
    return file.name or unquote(urlsplit(file.url or file.path).path).rpartition("/")[2]


def best_wheel(files: Iterable[_File], version: tuple[int, int]) -> _File | None:
    """The one that an installer prefers on this machine."""
    ranked = [(rank, -number, file) for number, file in enumerate(files) if (rank := fit(name_of(file), version)) is not None]
    return max(ranked, key=lambda each: each[:2])[2] if ranked else None


def fit(wheel: str, version: tuple[int, int]) -> tuple[int, tuple[int, str]] | None:
    """How well a wheel fits this machine: by its most specific tag, then by its build. None where it cannot be installed."""
    ranks = tag_ranks(version)
    try:
        _, _, build, tags = parse_wheel_filename(wheel)
    except InvalidWheelFilename:
        return None
    known = [ranks[tag] for tag in tags if tag in ranks]
    return (-min(known), build or (-1, "")) if known else None


@functools.cache
def tag_ranks(version: tuple[int, int]) -> dict[Tag, int]:
    """The tags that a CPython takes here, the most specific as 0."""
    interpreter, platforms = f"cp{version[0]}{version[1]}", list(platform_tags())
    tags = [*cpython_tags(version, platforms=platforms), *compatible_tags(version, interpreter, platforms)]
    return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


def batches(wheels: Sequence[Wheel]) -> Iterator[list[Wheel]]:
    """In their order, as many at a time as make a batch."""
    batch: list[Wheel] = []
    for each in wheels:
        batch.append(each)
        if sum(one.size for one in batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def amount(folder: Path) -> float:
    """Bytes of the files in a folder, at any depth; one that goes meanwhile is none."""
    total = 0
    for here, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(here, name)).st_size
            except OSError:
                continue
    return total


def problem(done: Done, batch: Sequence[Wheel]) -> Problem:
    """What an error of pip means."""
    names = ", ".join(f"{each.name} {each.version}" for each in batch[:8])
    more = f" and {len(batch) - 8} more" if len(batch) > 8 else ""
    last = [line.strip() for line in done.err.splitlines() if line.strip()][-3:]
    if "DO NOT MATCH THE HASHES" in done.err:
        return CommandFailed("lock.hash", f"a file is not the one that the lock names, of {names}{more}", "git checkout -- locks")
    if "No space left" in done.err:
        return uv.DiskFull("disk.full", f"no space left while fetching {names}{more}", "free some space; df -h . shows it")
    if REFUSED.search(done.err):
        return CommandFailed("index.refused", f"the index wants a login for {names}{more}", LOGIN)
    return CommandFailed(
        "bundle.fetch", f"pip could not fetch {names}{more}: {' '.join(last)[-400:]}", "run it again: what has come is kept"
    )
