"""Which packages advisories are about: the rules of OSV, with the versions of PEP 440."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from torch_starter.audits.advisories import Advisory, Affected, Range
from torch_starter.audits.packages import Package

FIRST = ("GHSA", "PYSEC", "MAL", "CVE")  # by which an advisory is called that has several names
START = Version("0.dev0")


@dataclass(frozen=True)
class Known:
    """A vulnerability of a package, under all of its names. `fixed`: the versions from which on it is gone, the lowest first.

    `unsure`: the advisory names versions that cannot be compared, and this may be one of them.
    """

    package: Package
    ids: tuple[str, ...]
    summary: str = ""
    severity: str = ""
    fixed: tuple[str, ...] = ()
    unsure: bool = False

    @property
    def id(self) -> str:
        return self.ids[0]


def vulnerabilities(packages: Iterable[Package], advisories: Iterable[Advisory]) -> list[Known]:
    """What is known of these packages, each vulnerability once."""
    by_name: dict[str, list[Advisory]] = {}
    packages, advisories = list(packages), list(advisories)
    for name in {package.name for package in packages}:
        by_name[name] = [advisory for advisory in advisories if advisory.of(name)]
    return [known for package in packages for known in merged([*of_package(package, by_name[package.name])])]


def of_package(package: Package, advisories: Iterable[Advisory]) -> Iterable[Known]:
    """What is known of one package, each advisory for itself."""
    version = Version(package.public)
    for advisory in advisories:
        parts = advisory.of(package.name)
        hit = [holds(version, part) for part in parts]
        if any(each is not False for each in hit):
            ids = (advisory.id, *(advisory.aliases or ()))
            summary = advisory.summary or (advisory.details or "").strip().split("\n")[0][:120]
            unsure = not any(each is True for each in hit)
            yield Known(package, ids, summary, advisory.severity, tuple(fixes(version, parts)), unsure)


def holds(version: Version, affected: Affected) -> bool | None:
    """Whether a version is affected; None where what is written cannot be compared with it."""
    listed = [parsed(each) for each in affected.versions or ()]
    if version in listed:
        return True
    told = [within(version, each) for each in affected.ranges or () if each.type == "ECOSYSTEM"]
    if any(told):
        return True
    nothing = not told and not affected.versions  # only commits of a repository, which no version can be held against
    return None if nothing or None in told else False


def within(version: Version, range: Range) -> bool | None:
    """Whether a version is in a range, whose events are looked at from the lowest to the highest."""
    events = [(START if text == "0" else parsed(text), word) for event in range.events or () for word, text in event.items()]
    if any(at is None for at, _ in events):
        return None
    inside = False
    for at, word in sorted(
        ((at, word) for at, word in events if at is not None), key=lambda each: (each[0], each[1] == "introduced")
    ):
        if word == "introduced" and at <= version:
            inside = True
        elif (word in ("fixed", "limit") and at <= version) or (word == "last_affected" and at < version):
            inside = False
    return inside


def fixes(version: Version, parts: Sequence[Affected]) -> list[str]:
    """The versions above in which it is mended."""
    texts = {event["fixed"] for part in parts for range in part.ranges or () for event in range.events or () if "fixed" in event}
    found = sorted(at for text in texts if (at := parsed(text)) is not None and at > version)
    return [str(at) for at in found]


def parsed(text: str) -> Version | None:
    """A version; None where it is none of Python's."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


def merged(found: list[Known]) -> list[Known]:
    """Those with a name in common told as one: databases have their own names for the same."""
    groups: list[list[Known]] = []
    for each in found:
        same = [group for group in groups if any(set(each.ids) & set(other.ids) for other in group)]
        groups = [group for group in groups if group not in same] + [[*(one for group in same for one in group), each]]
    return sorted((one(group) for group in groups), key=lambda each: each.id)


def one(group: Sequence[Known]) -> Known:
    """One vulnerability of what several advisories say of it."""
    ids = sorted({id for each in group for id in each.ids}, key=rank)
    order = sorted(group, key=lambda each: rank(each.ids[0]))
    fixed = sorted({Version(version) for each in group for version in each.fixed})
    return Known(
        group[0].package,
        tuple(ids),
        next((each.summary for each in order if each.summary), ""),
        next((each.severity for each in order if each.severity), ""),
        tuple(map(str, fixed)),
        all(each.unsure for each in group),
    )


def rank(id: str) -> tuple[int, str]:
    """Which name comes first."""
    kind = id.partition("-")[0]
    return (FIRST.index(kind) if kind in FIRST else len(FIRST), id)


def ignored(known: Known, ids: Iterable[str]) -> bool:
    """Whether one of its names is among those that the user has judged."""
    return bool({id.upper() for id in known.ids} & {id.upper() for id in ids})
