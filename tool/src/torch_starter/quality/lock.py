"""The locks, held against the ranges of pyproject.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from torch_starter.core import lock as lock_file
from torch_starter.core import requirements
from torch_starter.core.facts import Absent
from torch_starter.core.problems import WrongSpec
from torch_starter.core.quality import Code, Quality
from torch_starter.core.report import Finding, Place

TITLE = "the lock fits pyproject.toml"
ATOM = re.compile(r'(?:"[^"]*"|\w+) (?:not in|in|[<>=!~]+) (?:"[^"]*"|\w+)')  # one comparison of a marker
VERSION = re.compile(r"\d+(?:\.\d+)*")
PYTHON = re.compile(r"\bpython_(?:full_)?version\b")
ALWAYS = 'python_version > "0"'


def look(code: Code) -> Iterator[Finding]:
    """A finding for each lock, or for each package in it that does not fit."""
    known = requirements.parse(code.machine.files.read(code.project.pyproject))
    every = [*known.core, *(each for extra in known.extras.values() for each in extra)]
    asked = [each for each in every if each.marker is None or may_apply(str(each.marker), code.spec.python.version)]
    locks = sorted(path for path in code.project.locks.glob("*.txt"))
    if not locks and not asked:
        raise Absent("there is no lock, and pyproject.toml asks for no package")
    if not locks:
        seen = "there is no lock of what pyproject.toml asks for"
        yield Finding(id="lock", verdict="fail", title=TITLE, seen=seen, remedy="./dev.sh lock-update")
    for path in locks:
        yield from judged(f"locks/{path.name}", code.machine.files.read(path) or "", asked)


def judged(name: str, text: str, asked: list[Requirement]) -> Iterator[Finding]:
    """What of a lock does not fit what is asked for; or that all does."""
    id, place = f"lock.{name.removeprefix('locks/').removesuffix('.txt')}", Place(name)
    try:
        pins = lock_file.parse(text, name)
    except WrongSpec as problem:
        yield Finding(id=id, verdict="fail", title=TITLE, seen=problem.message, remedy=problem.remedy, place=place)
        return
    wrong = list(misfits(pins, asked))
    for seen, wanted in wrong:
        yield Finding(id=id, verdict="fail", title=TITLE, seen=seen, wanted=wanted, remedy="./dev.sh lock-update", place=place)
    if not wrong:
        yield Finding(id=id, verdict="ok", title=TITLE, seen=f"holds {len(asked)} ranges", place=place)


def may_apply(marker: str, oldest: str) -> bool:
    """Whether a marker can hold for a Python of this version or a newer one: uv leaves out of a lock what cannot.

    All else that it asks for is open, since a lock is for all platforms. What Python it holds for changes at the versions that it
    names alone: these are tried, and the next ones.
    """
    of_python = ATOM.sub(lambda atom: atom[0] if PYTHON.search(atom[0]) else ALWAYS, marker)
    named = [Version(text) for text in VERSION.findall(marker)]
    later = [Version(f"{each.major}.{each.minor + 1}") for each in named]
    next_ones = [Version(f"{each.major}.{each.minor}.{each.micro + 1}") for each in named]
    tried = [each for each in (Version(oldest), *named, *later, *next_ones) if each >= Version(oldest)]
    return any(
        Marker(of_python).evaluate({"python_version": f"{each.major}.{each.minor}", "python_full_version": full(each)})
        for each in tried
    )


def full(version: Version) -> str:
    """A version of Python with all of its three numbers."""
    return f"{version.major}.{version.minor}.{version.micro}"


def misfits(pins: tuple[lock_file.Pin, ...], asked: list[Requirement]) -> Iterator[tuple[str, str]]:
    """What is locked and what is wanted, of each requirement that no pin, or another version, answers."""
    versions: dict[str, list[str]] = {}
    for pin in pins:
        versions.setdefault(pin.name, []).append(pin.version)
    for each in asked:
        locked = versions.get(canonicalize_name(each.name), [])
        if not locked:
            yield f"{each.name} is not in the lock", f"{each.name}{each.specifier}"
        elif outside := [version for version in locked if not each.specifier.contains(Version(version), prereleases=True)]:
            yield f"{each.name} is locked at {', '.join(outside)}", f"{each.name}{each.specifier}"


QUALITY = Quality(
    name="lock",
    title=TITLE,
    about="Each range of pyproject.toml, its extras' among them, held against the versions in each lock.",
    look=look,
    mend="./dev.sh lock-update, which takes what you changed in pyproject.toml into the locks.",
    source="pyproject.toml and locks/",
)
