"""The search: a baseline against itself, screening in rounds, what goes together, each member out again, and fresh pairs.

Every number is a ratio of runs that follow each other. What the search saw on its way chose the profile, and chance had a part in
that choice: so the gain that is told comes from pairs that had none, taken when the profile was fixed.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from torch_starter.core.pairs import gain, provable, quantile
from torch_starter.core.proof import TOO_SMALL, Gain, Outcome, Pair, Sample, Tried
from torch_starter.tuning.choices import Choice
from torch_starter.tuning.runs import QUIET, Result, Runner, Seen, Standing

AGAINST_ITSELF = 3  # pairs of the baseline
ITSELF = 0.15  # of the budget, at most
ROUNDS = 3  # in which each choice that is left is tried
SCREENING = 0.5  # of the budget, at most
LEAST = 0.02  # a smaller gain is not worth a setting
UNLIKELY = 1.3  # standard deviations below the least gain: what is there is dropped
TOGETHER = (3, 6)  # pairs in which a choice must show that it helps beside the others, at least and at most
SURE = 0.9  # two-sided: one of twenty members that do nothing is kept by chance
LEAST_PAIRS, MOST_PAIRS = 5, 12  # that confirm
UNPROVEN = "fresh pairs did not prove it"
TOO_LITTLE = f"{TOO_SMALL}: give more with --budget"


@dataclass
class Search:
    """One search within a budget in seconds. `say` is told what goes on, and how much of the budget is gone; `tell` sentences."""

    runner: Runner
    budget: float
    say: Callable[[str, float], None] = lambda what, share: None
    tell: Callable[[str], None] = lambda sentence: None
    tried: list[Tried] = field(default_factory=list)
    worth: dict[str, Gain] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)
    broken: dict[frozenset[str], str] = field(default_factory=dict)

    def run(self, choices: Sequence[Choice]) -> tuple[list[Choice], list[Pair]]:
        """The profile and its fresh pairs; none of both where nothing helps."""
        self.against_itself()
        differ, least = (more(each) for each in (math.exp(self.seen.spread), self.provable))
        self.tell(f"Two runs of the same differ by {differ}; {least} more can be proven in this time.")
        standings = self.screen(choices)
        members = self.prune(self.compose(standings))
        pairs = self.confirm(members) if members else []
        other = self.second_best(standings, members)
        if other is not None and not proven(pairs):
            self.tried += [each.tried("slower", UNPROVEN, ratios_of(pairs)) for each in members] if pairs else []
            self.tried = [each for each in self.tried if (each.setting, each.label) != (other.setting.name, other.value.label)]
            members, pairs = [other], self.confirm([other])
        return members, pairs

    def second_best(self, standings: Sequence[Standing], members: Sequence[Choice]) -> Choice | None:
        """What looked best beside a profile, for the case that fresh pairs do not prove that; None where there is no time."""
        if not members or self.left < -0.2 * self.budget:
            return None
        good = (each for each in standings if each.choice not in members and each.mean > math.log1p(LEAST))
        return next((each.choice for each in good if not each.choice.value.seconds), None)

    @property
    def left(self) -> float:
        return self.budget - self.runner.clock()

    @property
    def provable(self) -> float:
        """The smallest gain that can be proven with the pairs that there will be time for."""
        return provable(self.seen.spread, self.confirming)

    @property
    def confirming(self) -> int:
        """Pairs that confirm, as many as fit when the screening is done."""
        fits = int((1 - SCREENING) * self.budget / max(2 * self.seen.cost(), 1e-9))
        return min(MOST_PAIRS, max(LEAST_PAIRS, fits))

    def one(self, choices: Sequence[Choice], what: str) -> Result:
        """A run, its time noted."""
        start = self.runner.clock()
        self.say(what, start / self.budget)
        result = self.runner.run(choices)
        if result.sample is not None:
            self.seen.note(choices, self.runner.clock() - start, result.sample.step)
        return result

    def against_itself(self) -> None:
        """How far runs of the same differ."""
        for turn in range(AGAINST_ITSELF):
            self.pair((), (), "the baseline against itself", turn)
            if self.runner.clock() + 2 * self.seen.cost() > ITSELF * self.budget:
                break

    def pair(self, before: Sequence[Choice], after: Sequence[Choice], what: str, turn: int) -> float | Result:
        """How many times as fast the second is as the first, or a failed run. Which is run first changes from turn to turn."""
        pair = self.samples(before, after, what, turn)
        return pair if isinstance(pair, Result) else pair.before.step / pair.after.step

    def samples(self, before: Sequence[Choice], after: Sequence[Choice], what: str, turn: int) -> Pair | Result:
        first, second = (before, after) if turn % 2 == 0 else (after, before)
        results = [self.one(first, what), self.one(second, what)]
        failed = next((each for each in results if each.sample is None), None)
        if failed is not None:
            return failed
        one, other = results[0].sample, results[1].sample
        assert one is not None
        assert other is not None
        return Pair(before=one, after=other) if turn % 2 == 0 else Pair(before=other, after=one)

    def screen(self, choices: Sequence[Choice]) -> list[Standing]:
        """Rounds of the baseline and of all that is left, in an order that chance gives; what falls behind is dropped."""
        standings = [Standing(choice) for choice in self.affordable(choices)]
        chance = random.Random(0)  # noqa: S311
        for number in range(ROUNDS):
            alive = [each for each in standings if each.dropped is None]
            if not alive or not self.time_for(len(alive) + 1, number):
                break
            self.round(chance.sample(alive, len(alive)), number)
        spread = self.seen.spread
        return sorted((each for each in standings if each.dropped is None and each.ratios), key=lambda each: -each.merit(spread))

    def affordable(self, choices: Sequence[Choice]) -> list[Choice]:
        """As many choices, the best guesses first, as the budget allows to look at once."""
        found, cost = [], self.seen.cost()
        for choice in choices:
            own = self.seen.cost() + choice.value.seconds
            if cost + own > SCREENING * self.budget or choice.value.seconds > ITSELF * self.budget:
                self.tried.append(choice.tried("not tried", TOO_LITTLE))
            else:
                found.append(choice)
                cost += own
        return found

    def time_for(self, runs: int, number: int) -> bool:
        """Whether another round fits into the screening; the first one was planned so."""
        return number == 0 or self.runner.clock() + runs * self.seen.cost() < (SCREENING + 0.1) * self.budget

    def round(self, alive: Sequence[Standing], number: int) -> None:
        """The baseline, then each; the baseline once more in the middle, so that none is far from it."""
        middle, bases = len(alive) // 2, list[Sample]()
        for place, standing in enumerate(alive):
            if place == 0 or (place == middle and middle > 1):
                base = self.one((), "the baseline")
                bases += [base.sample] if base.sample else []
            if self.left < min(2 * LEAST_PAIRS * self.seen.cost(), (0.9 - SCREENING) * self.budget) and not standing.ratios:
                standing.dropped = standing.choice.tried("not tried", TOO_LITTLE)
                self.tried.append(standing.dropped)
            if not bases or standing.dropped is not None:
                continue
            self.judge(standing, self.one([standing.choice], f"round {number + 1}: {standing.choice.name}"), bases[-1])

    def judge(self, standing: Standing, result: Result, base: Sample) -> None:
        """What a run says of a choice."""
        choice = standing.choice
        if result.sample is None:
            standing.dropped = choice.tried(result.outcome, result.why, standing.ratios)
        else:
            standing.ratios.append(base.step / result.sample.step)
            noise = self.seen.spread / math.sqrt(len(standing.ratios))
            if standing.mean + UNLIKELY * noise < math.log1p(LEAST):
                why = f"{sum(ratio > 1 for ratio in standing.ratios)} of {len(standing.ratios)} runs were faster"
                standing.dropped = choice.tried("slower", why, standing.ratios, math.exp(standing.mean))
        if standing.dropped is not None:
            self.tried.append(standing.dropped)

    def compose(self, standings: Sequence[Standing]) -> list[Choice]:
        """The best one, and each next one that helps beside those before it; of a setting only one value."""
        members: list[Choice] = []
        for standing in standings:
            choice = standing.choice
            same = next((each for each in members if each.setting.name == choice.setting.name), None)
            if same is not None:
                why = f"{same.value.label} is as fast or faster"
            elif standing.mean < math.log1p(LEAST):
                why = "no faster than the baseline"
            elif not members or self.helps(members, choice):
                members.append(choice)
                continue
            else:
                why = self.adds_nothing(members, choice)
            outcome: Outcome = "slower" if standing.mean < math.log1p(LEAST) else "needless"
            self.tried.append(choice.tried(outcome, why, standing.ratios, math.exp(standing.mean)))
        return members

    def helps(self, members: Sequence[Choice], choice: Choice) -> bool:
        """Whether a choice makes the profile faster, in pairs without and with it."""
        ratios = self.compare(members, [*members, choice], f"{choice.name} beside the others")
        if ratios:
            self.worth[choice.name] = gain(ratios)
        return self.shown(ratios)

    def adds_nothing(self, members: Sequence[Choice], choice: Choice) -> str:
        """Why a choice that is good alone is no member."""
        others = ", ".join(each.name for each in members)
        if broken := self.broken.get(frozenset(each.name for each in (*members, choice))):
            return f"with {others}: {broken}"
        if choice.name not in self.worth:
            return f"there was no time to see what it adds to {others}: give more with --budget"
        return f"it adds nothing to {others}"

    def shown(self, ratios: Sequence[float]) -> bool:
        """Whether pairs show a gain well enough to keep a member: the confirmation judges all of them together."""
        return bool(ratios) and self.bounds_of(ratios)[0] > 0

    def bounds_of(self, ratios: Sequence[float]) -> tuple[float, float]:
        """Between which bounds the gain of a member lies beyond what is worth a setting, as logarithms.

        The noise is that of the pairs themselves where there are enough of them: a profile may be quieter than the baseline.
        """
        logs = [math.log(ratio) for ratio in ratios]
        mean, enough = statistics.fmean(logs) - math.log1p(LEAST / 2), len(logs) >= TOGETHER[0]
        spread = max(QUIET, statistics.stdev(logs)) if enough else self.seen.spread
        sure = quantile(len(logs) - 1, SURE) * spread / math.sqrt(len(logs)) if enough else 2 * spread
        return mean - sure, mean + sure

    def compare(self, before: Sequence[Choice], after: Sequence[Choice], what: str) -> list[float]:
        """Pairs of two profiles until it is clear which is faster; none where a run fails, or where there is no time for one."""
        ratios: list[float] = []
        cost = self.seen.cost
        for turn in range(TOGETHER[1]):
            if self.left < LEAST_PAIRS * (cost() + cost(after)) + cost(before) + cost(after):
                break
            ratio = self.pair(before, after, what, turn)
            if isinstance(ratio, Result):
                self.broken[frozenset(choice.name for choice in after)] = ratio.why
                return []
            ratios.append(ratio)
            low, high = self.bounds_of(ratios)
            if high < 0 or (low > 0 and len(ratios) >= TOGETHER[0]):
                break
        return ratios

    def prune(self, members: list[Choice]) -> list[Choice]:
        """Each member out again, but for the last, which was just put in: what costs nothing to leave out is left out."""
        for choice in list(members[:-1]):
            without = [each for each in members if each is not choice]
            ratios = self.compare(without, members, f"the others without {choice.name}") if without else []
            if not ratios:
                continue
            if self.shown(ratios):
                self.worth[choice.name] = gain(ratios)
            else:
                members = without
                why = "beside the others it costs nothing to leave it out"
                self.tried.append(choice.tried("needless", why, ratios, gain(ratios).value))
        return members

    def confirm(self, members: Sequence[Choice]) -> list[Pair]:
        """Fresh pairs of the baseline and the profile: as many as there is time for, in any case a few."""
        wanted = min(MOST_PAIRS, max(LEAST_PAIRS, int(self.left / max(self.seen.cost() + self.seen.cost(members), 1e-9))))
        pairs: list[Pair] = []
        for turn in range(wanted):
            pair = self.samples((), members, f"confirming: pair {turn + 1} of {wanted}", turn)
            if isinstance(pair, Result):
                why = f"while it was confirmed: {pair.why}"
                self.tried += [each.tried(pair.outcome, why) for each in members]
                return []
            pairs.append(pair)
            if len(pairs) >= TOGETHER[0] and gain(ratios_of(pairs)).value < 1:
                break
        return pairs


def ratios_of(pairs: Sequence[Pair]) -> list[float]:
    """How many times as fast the second of each pair is."""
    return [pair.before.step / pair.after.step for pair in pairs]


def proven(pairs: Sequence[Pair]) -> bool:
    """Whether fresh pairs prove a gain."""
    return bool(pairs) and claimed(gain(ratios_of(pairs)))


def claimed(found: Gain) -> bool:
    """Whether fresh pairs prove a gain: surely above none, and worth a setting."""
    return found.low > 1 and found.value >= 1 + LEAST


def more(ratio: float) -> str:
    """By how much a ratio is above 1: in percent, or how many times as much where that is much."""
    return f"{100 * (ratio - 1):.2g} %" if ratio < 2 else f"{ratio - 1:.1f} times as much"
