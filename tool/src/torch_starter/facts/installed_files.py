"""The installed files against RECORD: all are asked for their state, and those whose state is new are read again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from torch_starter.core.evidence import Audit, Distribution, Installed
from torch_starter.core.files import Files
from torch_starter.core.kinds import Level
from torch_starter.core.later import Later
from torch_starter.facts import stamps
from torch_starter.facts.record import OUTSIDE, Entry, digest, entries, same

QUICK_BYTES = 50 * 2**20  # as much as a quick look reads
READERS = 2  # threads: hashing lets others run meanwhile, and more than two wait for the disk
NOT_JUDGED = ("conda", "debian", "rpm", "system")  # they change files after RECORD was written, and have checks of their own


@dataclass
class Package:
    """One folder of metadata, and what was found of its files. `stamp` is that of their states now."""

    name: str
    metadata: str
    entries: list[Entry]
    stamp: str = ""
    missing: list[Entry] = field(default_factory=list)
    altered: list[Entry] = field(default_factory=list)
    measured: list[Entry] = field(default_factory=list)
    state: str = "new"

    def __post_init__(self) -> None:
        self.folder = os.path.dirname(self.metadata)

    @property
    def good(self) -> bool:
        return not self.missing and not self.altered

    @property
    def bytes(self) -> int:
        return sum(max(0, entry.size) for entry in self.measured)

    @property
    def hollow(self) -> bool:
        """Whether nothing of it is there but metadata."""
        own = f"{os.path.basename(self.metadata)}/"
        has_code = any(not entry.path.startswith((own, *OUTSIDE)) for entry in self.missing)
        return has_code and all(entry.path.startswith((own, *OUTSIDE)) for entry in (*self.measured, *self.altered))


def look_early(environment: Path) -> dict[str, Package]:
    """What can be looked at before the interpreter has said what is installed: packages by their folder of metadata."""
    return {str(path): looked("", str(path)) for path in environment.glob("lib/python*/site-packages/*.dist-info")}


def audit(files: Files, installed: Installed, kept: Path, level: Level, early: Mapping[str, Package] | None = None) -> Audit:
    """Judge every package that has a RECORD.

    `kept` is the file with the stamps of this environment, `early` what was looked at before.
    """
    told = [package for name, each in installed.distributions.items() if (package := opened(name, each, early or {}))]
    doubles = [looked(name, path) for name, paths in installed.twice.items() for path in paths]
    known = stamps.load(files, kept)
    for package in (*told, *doubles):
        package.state = "new" if package.name in installed.twice else state(package, known, level)
    hash_changed([*told, *doubles], level)
    good = {each.metadata: each.stamp for each in told if each.good and each.state != "measured"}
    if good != known:
        stamps.save(files, kept, good)
    return summary(installed, told, doubles)


def opened(name: str, distribution: Distribution, early: Mapping[str, Package]) -> Package | None:
    """A package with the states of its files; None where nobody vouches for them."""
    if distribution.installer in NOT_JUDGED or not distribution.metadata:
        return None
    found = early.get(distribution.metadata) or looked(name, distribution.metadata)
    found.name = name
    return found if found.entries else None


def looked(name: str, metadata: str) -> Package:
    """A package with its entries and the states of its files."""
    package = Package(name, metadata, list(read(metadata)))
    look(package)
    return package


def read(metadata: str) -> Iterator[Entry]:
    try:
        return entries(Path(metadata, "RECORD").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return iter(())


def look(package: Package) -> None:
    """Ask for the state of every file: what is missing, what has another size, and the stamp of all states together.

    ctime and inode are in it, so that a change which keeps size and mtime is seen too.
    """
    states = hashlib.sha256()
    for entry in (*package.entries, Entry(f"{os.path.basename(package.metadata)}/RECORD", "", "", -1)):
        try:
            found = os.stat(f"{package.folder}/{entry.path}")
        except OSError:
            if entry.needed and entry.value:
                package.missing.append(entry)
            states.update(f"{entry.path} -\n".encode(errors="replace"))
            continue
        told = (entry.path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        states.update(repr(told).encode(errors="replace"))
        if not stat.S_ISREG(found.st_mode) or (entry.size not in (-1, found.st_size) and not entry.path.startswith(OUTSIDE)):
            package.altered.append(entry)
        elif entry.value:
            package.measured.append(entry)
    package.stamp = states.hexdigest()


def state(package: Package, known: Mapping[str, str], level: Level) -> str:
    """`same` where all is as it was when it was last good; `new` where it is to be read; `measured` where sizes must do."""
    if level != "full" and known.get(package.metadata) == package.stamp:
        return "same"
    return "measured" if level == "quick" and package.metadata not in known else "new"


def hash_changed(packages: Iterable[Package], level: Level) -> None:
    """Read the files of packages that are new, the small ones first; a quick look does not read more than it has time for."""
    left = QUICK_BYTES
    chosen = []
    for package in sorted((each for each in packages if each.state == "new"), key=lambda each: each.bytes):
        left -= package.bytes
        if level == "quick" and left < 0:
            package.state = "measured"
        else:
            chosen.append(package)
    waiting = SimpleQueue[Package]()
    for package in reversed(chosen):
        waiting.put(package)
    for reader in [Later(partial(hash_all, waiting)) for _ in range(READERS)]:
        reader.result()


def hash_all(waiting: SimpleQueue[Package]) -> None:
    """Read all files of packages, until none waits."""
    with contextlib.suppress(Empty):
        while True:
            package = waiting.get_nowait()
            package.altered += [entry for entry in package.measured if not same(package.folder, entry)]


def place(package: Package, entry: Entry) -> str:
    """The absolute path of a file."""
    path = f"{package.folder}/{entry.path}"
    return os.path.normpath(path) if entry.path.startswith("../") else path


def claims(packages: Iterable[Package]) -> dict[str, dict[str, str]]:
    """Path -> package -> hash, of the files that several packages say are theirs, with different contents."""
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for package in packages:
        for entry in package.entries:
            owners[place(package, entry)][package.name] = entry.value
    return {path: hashes for path, hashes in owners.items() if len(set(hashes.values())) > 1}


def summary(installed: Installed, told: Sequence[Package], doubles: Sequence[Package]) -> Audit:
    """What was found, each fault in one place: what two packages claim is altered in neither."""
    changed = doubles or any(each.state != "same" for each in told)
    claimed = claims(told) if changed else {}  # of two that claim one file, one has lost it and is never the same

    def own(package: Package, found: Sequence[Entry]) -> tuple[str, ...]:
        return tuple(entry.path for entry in found if place(package, entry) not in claimed)

    whole = [each for each in told if not each.hollow and each.name not in installed.twice]
    unfit: dict[str, list[str]] = defaultdict(list)
    for each in (*told, *doubles):
        if each.name in installed.twice and not each.good:
            unfit[each.name].append(each.metadata)
    return Audit(
        altered={each.name: paths for each in whole if (paths := own(each, each.altered))},
        missing={each.name: paths for each in whole if (paths := own(each, each.missing))},
        claimed={path: tuple(sorted(hashes)) for path, hashes in claimed.items()},
        hollow={each.name: each.metadata for each in told if each.hollow and each.name not in installed.twice},
        unfit={name: tuple(paths) for name, paths in unfit.items()},
        untold=tuple(sorted(installed.distributions.keys() - {each.name for each in told})),
        digests={each.name: digest(each.entries) for each in told},
        files=sum(len(each.entries) for each in told),
        hashed=sum(len(each.measured) for each in told if each.state == "new"),
        by_size=sum(len(each.measured) for each in told if each.state == "measured"),
    )
