"""The world of a search: one accelerator's sets are resolved by uv, tried aside, and every result is kept."""

from __future__ import annotations

import time
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from packaging.requirements import Requirement
from packaging.version import Version

from torch_starter.core import lock as lock_file
from torch_starter.core.ask import Ask
from torch_starter.core.spec import Accelerator
from torch_starter.core.trial import Failure, Suspect, Trial
from torch_starter.making import candidate as aside
from torch_starter.making import wheels
from torch_starter.making.proposal import Kept, NoSolution, Resolver, line_of
from torch_starter.search.trials import Trials
from torch_starter.search.world import Bounds, Candidate, OutOfTime
from torch_starter.verbs._trying import Trying


@dataclass
class Bench:
    """Resolves, tries and remembers for one accelerator.

    `markers` are those of the interpreter (PEP 508), by which a lock's pins are chosen. `ranges` are what pyproject.toml asks
    for. `ends` is when the budget is over, in seconds of the monotonic clock; a `dry` one tries nothing. One for `elsewhere` is
    judged by its files, since nothing of it runs here. `tried` are the sets that were built, `disk` is the most that one took
    besides what it shares, and `share` that as a part of the whole environment.
    """

    ask: Ask
    name: str
    accelerator: Accelerator
    resolver: Resolver
    trying: Trying
    trials: Trials
    markers: Mapping[str, str]
    ranges: Mapping[str, Requirement]
    kept: Kept | None = None
    ends: float | None = None
    dry: bool = False
    elsewhere: bool = False
    tried: set[str] = field(default_factory=set)
    gone: list[tuple[str, str, str]] | None = None
    disk: int = 0
    share: float = 0.0
    _proposed: dict[frozenset[tuple[str, str]], Candidate | None] = field(default_factory=dict)
    _known: dict[str, Trial] = field(default_factory=dict)
    _took: float = 0.0

    def propose(self, bounds: Bounds) -> Candidate | None:
        key = frozenset(bounds.items())
        if key not in self._proposed:
            try:
                found = self.resolver.propose(self.name, self.accelerator, bounds, self.kept)
            except NoSolution:
                if not bounds:
                    raise
                self._proposed[key] = None
            else:
                self._proposed[key] = self.candidate(found.text, found.remark)
        return self._proposed[key]

    def candidate(self, text: str, remark: str = "") -> Candidate:
        """A lock, as far as it belongs onto this machine."""
        pins = lock_file.parse(text, f"locks/{self.name}.txt")
        return Candidate(lock_file.selected(pins, self.markers), text, remark)

    def remembered(self, candidate: Candidate) -> Trial | None:
        """What is known of a set from this run or an earlier one."""
        return self._known.get(self.trials.key(candidate.versions)) or self.trials.read(candidate.versions)

    def examine(self, candidate: Candidate, asked: Set[str]) -> Trial:
        key = self.trials.key(candidate.versions)
        if self.elsewhere:
            self._known[key] = self.looked_at(candidate)
            return self._known[key]
        before = self.remembered(candidate)
        if before is None or not answers(before, asked):
            if self.dry or (self.ends is not None and self.tried and time.monotonic() + self._took > self.ends):
                raise OutOfTime
            self.tried.add(key)
            words = f"{self.name}, trial {len(self.tried)}: " + (", ".join(sorted(asked)[:3]) or "everything is asked")
            self.ask.progress.say(words)
            trial = self.trying.attempt(candidate, asked)
            before = joined(before, trial)
            self._took = max(self._took, trial.seconds)
            if trial.whole or asked:
                self.trials.keep(before)
            self.measure()
        self._known[key] = before
        return before

    def taken_back(self) -> list[tuple[str, str, str]]:
        """Of the packages that the lock had when the search began those that their makers took back: name, version, reason."""
        if self.gone is None:
            text = self.ask.machine.files.read(self.ask.project.lock(self.name))
            self.gone = self.resolver.yanked(text, self.accelerator) if text else []
        return self.gone

    def looked_at(self, candidate: Candidate) -> Trial:
        """What can be told of a set for another architecture: whether each package has a file for it."""
        listed = wheels.read(self.resolver.files_of(candidate.text, self.accelerator))
        for architecture in (each for each in wheels.ARCHITECTURES if each in self.accelerator.architectures):
            if missing := wheels.lacking(listed, architecture, self.markers["python_version"]).none:
                suspects = tuple(Suspect(name, "said", "it has no file for it") for name in missing)
                failure = Failure(f"wheels.{architecture}", f"no file for {', '.join(missing)}", suspects)
                return Trial(versions=dict(candidate.versions), failures=(failure,), whole=True)
        return Trial(versions=dict(candidate.versions), whole=True)

    def older(self, package: str, version: str, line: bool) -> str | None:
        below = line_of(version) if line else Version(version).public
        found = self.resolver.older(self.ranges.get(package), package, below, self.accelerator)
        return found if found is not None and Version(found) < Version(version) else None

    def released(self, candidate: Candidate) -> Mapping[str, datetime]:
        listed = wheels.read(self.resolver.files_of(candidate.text, self.accelerator))
        return {each.name: each.released for each in listed if each.released is not None}

    def known(self) -> tuple[Trial, ...]:
        return tuple(self._known.values())

    def measure(self) -> None:
        """Note what the environment of the trials takes on the disk for itself."""
        own, whole = aside.bytes_of(self.trying.aside.environment)
        self.disk, self.share = max(self.disk, own), max(self.share, own / max(whole, 1))


def answers(trial: Trial, asked: Set[str]) -> bool:
    """Whether a kept trial tells all that is asked."""
    told = {*trial.passed, *trial.unseen, *(failure.id for failure in trial.failures)}
    return trial.whole or (bool(asked) and asked <= told)


def joined(before: Trial | None, after: Trial) -> Trial:
    """Two trials of one set as one: a whole one says all."""
    if before is None or after.whole:
        return after
    failures = {failure.id: failure for failure in (*before.failures, *after.failures)}
    return msgspec.structs.replace(
        after,
        passed=tuple(sorted({*before.passed, *after.passed} - failures.keys())),
        failures=tuple(failures.values()),
        unseen=tuple(sorted({*before.unseen, *after.unseen} - failures.keys() - set(after.passed))),
        seconds=before.seconds + after.seconds,
    )
