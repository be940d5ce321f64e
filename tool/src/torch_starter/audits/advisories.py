"""A database of advisories in the OSV form, read from a file: a zip of JSON files, a folder of them, or one of them."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from torch_starter.core.problems import WrongUsage

CODE = "advisories.wrong"
FROM_WHERE = "give PyPI's all.zip of osv.dev, a folder with its JSON files, or one of them: docs/audit.md"
ECOSYSTEM = "PyPI"
LARGEST = 20_000_000  # bytes of one advisory


# what is empty may be left out, or be null


class Of(msgspec.Struct, frozen=True):
    """Whose package an advisory is about."""

    name: str = ""
    ecosystem: str = ""


class Range(msgspec.Struct, frozen=True):
    """Versions from one event to the next: introduced, fixed, last_affected, limit."""

    type: str = ""
    events: tuple[dict[str, str], ...] | None = ()


class Affected(msgspec.Struct, frozen=True):
    """Which versions of one package."""

    package: Of = Of()
    ranges: tuple[Range, ...] | None = ()
    versions: tuple[str, ...] | None = ()


class Advisory(msgspec.Struct, frozen=True):
    """What is known of one vulnerability, as far as it is read. `severity`: a word such as HIGH, where one is told."""

    id: str
    modified: str | None = ""
    withdrawn: str | None = None
    aliases: tuple[str, ...] | None = ()
    summary: str | None = ""
    details: str | None = ""
    affected: tuple[Affected, ...] | None = ()
    database_specific: dict[str, object] | None = None

    @property
    def severity(self) -> str:
        return str((self.database_specific or {}).get("severity") or "").lower()

    def of(self, name: str) -> list[Affected]:
        """What it says of a package under its normalised name."""
        return [each for each in self.affected or () if is_python(each) and canonicalize_name(each.package.name) == name]


@dataclass(frozen=True)
class Database:
    """What was read: the advisories that still hold about the packages that were asked for, and what they are from.

    `total`: all that are about Python packages; `named`: how many of the packages are in one of them. `newest`: when one of
    them was changed last, such as 2026-01-31T12:00:00Z.
    """

    advisories: tuple[Advisory, ...]
    total: int
    named: int
    newest: str
    sha256: str


def read(path: Path, names: set[str], step: Callable[[int], None] = lambda number: None) -> Database:
    """A database; raises WrongUsage where it is none, none for Python, or cannot be read to its end."""
    digest = hashlib.sha256()
    kept: list[Advisory] = []
    total, newest = 0, ""
    others: set[str] = set()
    named: set[str] = set()
    for number, (name, data) in enumerate(texts(path), 1):
        step(number)
        digest.update(hashlib.sha256(data).digest())
        advisory = decoded(name, data)
        about = {canonicalize_name(each.package.name) for each in advisory.affected or () if is_python(each)}
        if not about:
            others |= {each.package.ecosystem for each in advisory.affected or ()} or {"no package"}
            continue
        total, newest, named = total + 1, max(newest, advisory.modified or ""), named | (about & names)
        if about & names and not advisory.withdrawn:
            kept.append(advisory)
    if not total:
        found = f"advisories about {', '.join(sorted(others)[:3])}, and none about Python packages" if others else "no advisories"
        raise WrongUsage(CODE, f"{path.name} holds {found}", FROM_WHERE)
    return Database(tuple(kept), total, len(named), newest, of_file(path) if path.is_file() else digest.hexdigest())


def is_python(affected: Affected) -> bool:
    """Whether it is about a package of Python's."""
    return affected.package.ecosystem.partition(":")[0] == ECOSYSTEM


def decoded(name: str, data: bytes) -> Advisory:
    """One advisory; raises WrongUsage."""
    try:
        return msgspec.json.decode(data, type=Advisory)
    except msgspec.DecodeError as error:
        raise WrongUsage(CODE, f"{name} is no advisory in the OSV form: {error}", FROM_WHERE) from error


def texts(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each JSON file with its name, one at a time; raises WrongUsage."""
    try:
        if path.is_dir():
            yield from ((file.name, file.read_bytes()) for file in sorted(path.rglob("*.json")))
        elif not path.exists():
            raise WrongUsage(CODE, f"there is no {path}", FROM_WHERE)
        elif path.suffix == ".json":
            yield path.name, path.read_bytes()
        elif not zipfile.is_zipfile(path):
            raise WrongUsage(CODE, f"{path.name} is no zip file, or not all of one", FROM_WHERE)
        else:
            yield from zipped(path)
    except OSError as error:
        raise WrongUsage(CODE, f"{path} cannot be read: {error.strerror or error}", FROM_WHERE) from error


def zipped(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each JSON file in a zip, none of them unpacked to the disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in sorted(archive.infolist(), key=lambda each: each.filename):
                if entry.filename.endswith(".json"):
                    if entry.file_size > LARGEST:
                        raise WrongUsage(CODE, f"{entry.filename} in {path.name} is larger than an advisory can be", FROM_WHERE)
                    yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:  # damaged, or with a password
        raise WrongUsage(CODE, f"{path.name} cannot be read to its end: {error}", FROM_WHERE) from error


def of_file(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
