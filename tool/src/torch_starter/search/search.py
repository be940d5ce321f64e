"""Finds the newest set of packages that works: propose, try, blame, hold, and again until a set passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from torch_starter.core.trial import Failure, Trial
from torch_starter.search.holds import Hold
from torch_starter.search.hypotheses import Place
from torch_starter.search.questions import STRONG, Questions, both, bound_of, verdict
from torch_starter.search.world import Aim, Candidate, OutOfTime, World

MOST_ROUNDS = 60  # each adds a hold or gives one up: more than this is no search any more


@dataclass
class Outcome:
    """What a search came to. `found` is None where nothing works, or the time was over before.

    `first` is the trial of the newest set, `closest` the one with the fewest failures. `stuck` are failures that nothing mends,
    `tried` for each failure the versions that did not mend it. `misfit`: no releases at all agree with each other.
    """

    found: Candidate | None = None
    holds: tuple[Hold, ...] = ()
    first: Trial | None = None
    closest: Trial | None = None
    stuck: tuple[Failure, ...] = ()
    tried: Mapping[str, Sequence[str]] = field(default_factory=dict)
    misfit: bool = False
    out_of_time: bool = False


@dataclass
class Search:
    """A search in one world. `remembered` are the holds that its lock had, `hints` those of other locks; `said` is told words."""

    world: World
    aim: Aim
    remembered: Sequence[Hold] = ()
    hints: Sequence[Hold] = ()
    said: Callable[[str], None] = lambda words: None
    holds: list[Hold] = field(default_factory=list)
    recalled: set[Hold] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    outcome: Outcome = field(default_factory=Outcome)

    def run(self) -> Outcome:
        """Search to the end, or until the world is out of time."""
        try:
            for _ in range(MOST_ROUNDS):
                if self.step():
                    break
        except OutOfTime:
            self.outcome.out_of_time = True
        return self.outcome

    def step(self) -> bool:
        """Propose and try one set; where it fails, hold what is at fault. True at the end."""
        candidate = self.world.propose(self.bounds())
        if candidate is None:
            self.outcome.misfit = not self.holds
            return not self.give_up_last()
        trial = self.world.examine(candidate, frozenset())
        self.note(trial)
        if trial.good:
            self.outcome.found, self.outcome.holds, self.outcome.stuck = candidate, tuple(self.holds), ()
            return not self.drop_needless(candidate)
        return not (self.recall(candidate, trial.failures) or self.narrow(candidate, trial.failures))

    def note(self, trial: Trial) -> None:
        """Remember the first trial, and the one that came closest."""
        self.outcome.first = self.outcome.first or trial
        if self.outcome.closest is None or len(trial.failures) < len(self.outcome.closest.failures):
            self.outcome.closest = trial

    def bounds(self, without: Hold | None = None) -> dict[str, str]:
        """What the holds allow."""
        found: dict[str, str] = {}
        for hold in self.holds:
            found = found if hold is without else both(found, {hold.package: hold.bound})
        return found

    def recall(self, candidate: Candidate, failures: Sequence[Failure]) -> bool:
        """Take up holds that were made for what fails now; whether there was one. Those of other locks where this has none."""
        taken: list[Hold] = []
        for failure in failures:
            if any(made_for(hold, failure) for hold in taken):
                continue
            for holds in (self.remembered, self.hints):
                fitting = [hold for hold in holds if made_for(hold, failure) and self.may_help(hold, failure, candidate)]
                if fitting:
                    hold = self.cheapest(fitting)
                    known = holds is self.remembered
                    taken.append(hold if known else Hold(hold.package, hold.bound, failure.id, failure.line, ""))
                    self.recalled |= {hold} if known else set()
                    break
        self.holds += taken
        return bool(taken)

    def may_help(self, hold: Hold, failure: Failure, candidate: Candidate) -> bool:
        """Whether a hold would change a set, and was not found to lead nowhere."""
        version = candidate.versions.get(hold.package)
        return version is not None and not hold.met_by(version) and (failure.id, hold.package) not in self.refused

    def cheapest(self, holds: Sequence[Hold]) -> Hold:
        """Of several holds the one with which the preferred packages stay newest."""
        if len(holds) == 1:
            return holds[0]
        reached = [(self.world.propose(both(self.bounds(), {hold.package: hold.bound})), hold) for hold in holds]
        costs = [(self.aim.quality(candidate), -number, hold) for number, (candidate, hold) in enumerate(reached) if candidate]
        return max(costs)[2] if costs else holds[0]

    def narrow(self, candidate: Candidate, failures: Sequence[Failure]) -> bool:
        """Find what to hold for each failure; False where there is nothing, and no other way is left."""
        questions = Questions(self.world, Place(self.bounds(), candidate, frozenset(self.refused)), self.said)
        rungs = questions.settle(self.aim, failures)
        for failure in failures:
            if failure.id in rungs:
                rung = rungs[failure.id]
                self.said(f"{rung.package} is held at {rung.good}: {failure.id} fails with {rung.bad}")
                self.add(Hold(rung.package, bound_of(rung), failure.id, failure.line, ""))
        self.outcome.tried = {**self.outcome.tried, **questions.tried}
        if rungs:
            return True
        self.outcome.stuck = tuple(failures)
        assert self.outcome.first is not None
        new = not {failure.id for failure in failures} & {failure.id for failure in self.outcome.first.failures}
        return new and self.give_up_last()

    def add(self, hold: Hold) -> None:
        """Hold a package, unless it is held just so already."""
        if not any((hold.package, hold.bound) == (other.package, other.bound) for other in self.holds):
            self.holds.append(hold)

    def give_up_last(self) -> bool:
        """The last hold led to where nothing helps: never again for that failure. False where there is none."""
        if not self.holds:
            return False
        last = self.holds.pop()
        self.said(f"holding {last.package} leads nowhere: another way is looked for")
        self.refused.add((last.check, last.package))
        return True

    def drop_needless(self, candidate: Candidate) -> bool:
        """Where several were at fault, one may have been blamed for another: drop the first hold that is not needed."""
        for hold in self.holds:
            if hold in self.recalled or len(self.holds) == 1 or self.is_shown(hold):
                continue
            freed = self.world.propose(self.bounds(without=hold))
            same = freed is not None and dict(freed.versions) == dict(candidate.versions)
            if freed is not None and (same or verdict(self.world.examine(freed, frozenset({hold.check})), hold.check) is True):
                self.said(f"{hold.package} need not be held")
                self.holds.remove(hold)
                if not same:  # else another hold does as much, and without that one it may be needed again
                    self.refused.add((hold.check, hold.package))
                return True
        return False

    def is_shown(self, hold: Hold) -> bool:
        """Whether a trial shows that it alone makes the difference: all others were within their bounds, and the check failed."""
        others = [other for other in self.holds if other is not hold]
        return any(
            verdict(trial, hold.check) is False
            and hold.package in trial.versions
            and not hold.met_by(trial.versions[hold.package])
            and all(other.met_by(trial.versions[other.package]) for other in others if other.package in trial.versions)
            for trial in self.world.known()
        )


def made_for(hold: Hold, failure: Failure) -> bool:
    """Whether a hold of an earlier run was made for such a failure."""
    return hold.check == failure.id or any(each.package == hold.package and each.strength in STRONG for each in failure.suspects)
