"""Worlds without uv: which releases there are, which of them do not work together, and what the evidence says of that."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from torch_starter.core.trial import Failure, Strength, Suspect, Trial
from torch_starter.search.search import Outcome, Search
from torch_starter.search.world import Aim, Bounds, Candidate, OutOfTime
from torch_starter.verbs._bench import answers, joined

Versions = Mapping[str, str]


@dataclass(frozen=True)
class Break:
    """A finding that fails where each package of `bad` is at one of its versions. `hides`: what cannot be seen then."""

    id: str
    bad: Mapping[str, str]
    suspects: tuple[Suspect, ...] = ()
    lacking: tuple[str, str] | None = None
    spared: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()

    def shows(self, versions: Versions) -> bool:
        return all(name in versions and within(versions[name], bound) for name, bound in self.bad.items())

    @property
    def failure(self) -> Failure:
        return Failure(self.id, f"it fails with {dict(self.bad)}", self.suspects, self.spared, self.lacking)


@functools.cache
def within(version: str, bound: str) -> bool:
    return SpecifierSet(bound).contains(version, prereleases=True)


def raised_in(name: str, among: Iterable[str] = ()) -> tuple[Suspect, ...]:
    """Suspects: the error was raised in one package, and all others are needed."""
    return blaming(among, **dict[str, Strength]({name: "raised"}))


def blaming(among: Iterable[str], **strengths: Strength) -> tuple[Suspect, ...]:
    """Suspects: those named with their strengths, and of all others that they are needed."""
    named = tuple(Suspect(name, strength, "by evidence") for name, strength in strengths.items())
    return (*named, *(Suspect(name, "needed", "what failed needs it") for name in among if name not in strengths))


@dataclass
class Small:
    """A world in memory. `requires`: "alpha 2.0" -> what that release asks for. `limit` is how many sets may be tried."""

    releases: Mapping[str, Sequence[str]]
    breaks: Sequence[Break] = ()
    requires: Mapping[str, Versions] = field(default_factory=dict)
    dates: Mapping[str, datetime] = field(default_factory=dict)
    limit: int | None = None
    builds: list[tuple[frozenset[tuple[str, str]], frozenset[str]]] = field(default_factory=list)
    kept: dict[frozenset[tuple[str, str]], Trial] = field(default_factory=dict)

    def propose(self, bounds: Bounds) -> Candidate | None:
        allowed = {name: [v for v in newest_first(of) if within(v, bounds.get(name, ""))] for name, of in self.releases.items()}
        for chosen in itertools.product(*allowed.values()):
            versions = dict(zip(allowed, chosen, strict=True))
            if self.agrees(versions):
                return Candidate(versions, "".join(f"{name}=={version}\n" for name, version in versions.items()))
        return None

    def agrees(self, versions: Versions) -> bool:
        asked = [self.requires.get(f"{name} {version}", {}) for name, version in versions.items()] if self.requires else []
        return all(within(versions[name], bound) for each in asked for name, bound in each.items())

    def examine(self, candidate: Candidate, asked: Set[str]) -> Trial:
        key = frozenset(candidate.versions.items())
        before = self.kept.get(key)
        if before is None or not answers(before, asked):
            if self.limit is not None and self.sets and self.sets + (before is None) > self.limit:
                raise OutOfTime
            self.builds.append((key, frozenset(asked)))
            before = self.kept[key] = joined(before, self.look(candidate.versions, asked))
        return before

    def look(self, versions: Versions, asked: Set[str]) -> Trial:
        failing: dict[str, Break] = {}
        for each in self.breaks:
            if each.shows(versions) and (not asked or each.id in asked):
                failing.setdefault(each.id, each)
        hidden = {id for each in self.breaks if each.shows(versions) for id in each.hides}
        told = set(asked) or {each.id for each in self.breaks}
        return Trial(
            versions=dict(versions),
            passed=tuple(sorted(told - failing.keys() - hidden)),
            failures=tuple(each.failure for each in failing.values() if each.id not in hidden),
            unseen=tuple(sorted(hidden)),
            whole=not asked,
        )

    def older(self, package: str, version: str, line: bool) -> str | None:
        for each in newest_first(self.releases[package]):
            same = line and parsed(each).release[:2] == parsed(version).release[:2]
            if parsed(each) < parsed(version) and not same:
                return each
        return None

    def released(self, candidate: Candidate) -> Mapping[str, datetime]:
        pairs = candidate.versions.items()
        return {name: self.dates[f"{name} {version}"] for name, version in pairs if f"{name} {version}" in self.dates}

    def known(self) -> tuple[Trial, ...]:
        return tuple(self.kept.values())

    @property
    def sets(self) -> int:
        """How many sets were tried."""
        return len({key for key, _ in self.builds})

    def works(self, versions: Versions) -> bool:
        """Whether a set does, by looking at what is not told to a search."""
        return self.agrees(versions) and not any(each.shows(versions) for each in self.breaks)

    def search(self, *order: str, before: Versions | None = None, preferred: Sequence[str] = ()) -> Outcome:
        """What a search comes to. `before` is a proven set."""
        aim = Aim(order or tuple(self.releases), tuple(preferred), before or {})
        return Search(self, aim).run()


parsed = functools.cache(Version)


def newest_first(releases: Sequence[str]) -> list[str]:
    return sorted(releases, key=parsed, reverse=True)


def held(outcome: Outcome) -> dict[str, str]:
    """What a search holds: package -> bound."""
    return {hold.package: hold.bound for hold in outcome.holds}


def minors(count: int) -> list[str]:
    """So many releases from 1.0 on."""
    return [f"1.{number}" for number in range(count)]
