"""The search on commands whose speed is known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from torch_starter.core.pairs import gain
from torch_starter.core.proof import Pair
from torch_starter.tuning.runs import Result
from torch_starter.tuning.search import LEAST_PAIRS, MOST_PAIRS, ROUNDS, Search, claimed
from unit.tuning.simulated import Simulated, choice, product

BUDGET = 600.0
SOME = [choice("a"), choice("b"), choice("c"), choice("d")]


def searched(runner: Simulated, budget: float = BUDGET) -> tuple[Search, set[str], list[Pair]]:
    search = Search(runner, budget)
    members, pairs = search.run(SOME)
    return search, {member.name for member in members}, pairs


def ratios(pairs: list[Pair]) -> list[float]:
    return [pair.before.step / pair.after.step for pair in pairs]


def fates(search: Search) -> dict[str, str]:
    return {f"{each.setting} {each.label}": each.outcome for each in search.tried}


def test_it_finds_what_helps_and_says_what_does_not() -> None:
    search, members, pairs = searched(Simulated(product(a_on=1.5, b_on=1.2, c_on=0.9), noise=0.01))
    assert members == {"a on", "b on"}
    assert fates(search) == {"c on": "slower", "d on": "slower"}
    found = gain(ratios(pairs))
    assert claimed(found)
    assert found.again_low < 1.8 < found.again_high


def test_what_another_one_makes_needless_is_left_out() -> None:
    """Workers were worth 7 times before threads waited another way, and nothing after."""

    def speed(names: frozenset[str]) -> float:
        return 17.0 if "a on" in names else 7.0 if "b on" in names else 1.0

    search, members, _ = searched(Simulated(speed, noise=0.03))
    assert members == {"a on"}
    assert fates(search)["b on"] == "needless"


def test_a_first_member_is_left_out_when_later_ones_do_the_same() -> None:
    """The best one alone: but the next two together do all that it does."""

    def speed(names: frozenset[str]) -> float:
        together = (1.4 if "b on" in names else 1.0) * (1.3 if "c on" in names else 1.0)
        return max(together, 1.5 * together**0.5) if "a on" in names and together < 1.8 else together

    search, members, _ = searched(Simulated(speed, noise=0.005))
    assert members == {"b on", "c on"}
    assert fates(search)["a on"] == "needless"


def test_of_a_setting_only_the_best_value_is_kept() -> None:
    values = [choice("a", "1"), choice("a", "2"), choice("a", "3")]
    runner = Simulated(lambda names: 2.0 if "a 2" in names else 1.5 if "a 1" in names else 1.0, noise=0.01)
    members, _ = Search(runner, BUDGET).run(values)
    assert [member.name for member in members] == ["a 2"]
    assert all(len({name.split()[0] for name in run}) == len(run) for run in runner.runs)


@pytest.mark.parametrize("outcome", ["failed", "drifts", "not in effect"])
def test_what_does_not_go_well_ends_a_trial_and_not_the_search(outcome: str) -> None:
    fails = {"a on": Result(None, outcome, "because")}  # type: ignore[arg-type]
    search, members, _ = searched(Simulated(product(a_on=9.0, b_on=1.5), noise=0.01, fails=fails))
    assert members == {"b on"}
    assert fates(search)["a on"] == outcome
    assert next(each.why for each in search.tried if each.setting == "a") == "because"


def test_what_fails_while_it_is_confirmed_is_no_profile() -> None:
    class Later(Simulated):
        def run(self, choices):  # type: ignore[no-untyped-def]
            result = super().run(choices)
            confirming = self.runs.count(frozenset({"a on"})) > ROUNDS + 1 and choices
            return Result(None, "failed", "it failed") if confirming else result

    search, members, pairs = searched(Later(product(a_on=3.0)))
    assert members == {"a on"}
    assert not pairs
    assert fates(search)["a on"] == "failed"


def test_nothing_helps() -> None:
    search, members, pairs = searched(Simulated(product(a_on=0.9, b_on=0.99, c_on=1.0), noise=0.002))
    assert not members
    assert not pairs
    assert set(fates(search).values()) == {"slower"}


def test_where_the_best_is_not_proven_the_next_one_is_asked() -> None:
    """It was lucky in the rounds, and is slower in all pairs; two of them are bad together."""

    class Lucky(Simulated):
        def run(self, choices):  # type: ignore[no-untyped-def]
            result = super().run(choices)
            lucky = self.runs.count(frozenset({"a on"})) <= ROUNDS and self.runs[-1] == {"a on"}
            if lucky and result.sample is not None:
                return Result(replace(result.sample, step=result.sample.step / 8))
            return result

    search, members, pairs = searched(Lucky(lambda names: {0: 1.0, 2: 0.3}.get(len(names), 2.0 if "b on" in names else 0.8)))
    assert members == {"b on"}
    assert claimed(gain(ratios(pairs)))
    assert fates(search)["a on"] == "slower"


def test_a_small_budget_looks_at_the_best_guesses_and_says_what_it_left() -> None:
    runner = Simulated(product(a_on=1.5), noise=0.01, start=8.0)
    search, members, pairs = searched(runner, budget=120.0)
    assert members == {"a on"}
    assert fates(search)["d on"] == "not tried"
    assert len(pairs) >= LEAST_PAIRS
    assert runner.now < 2.2 * 120.0  # each run takes 18 s


def test_a_large_budget_is_not_used_up() -> None:
    runner = Simulated(product(a_on=1.5), noise=0.01)
    _, _, pairs = searched(runner, budget=36000.0)
    assert len(pairs) == MOST_PAIRS
    assert runner.now < 1500.0


def test_what_takes_long_to_compile_is_left_to_a_larger_budget() -> None:
    search = Search(Simulated(product()), 60.0)
    search.run([choice("compile", seconds=100.0), choice("a")])
    assert fates(search) == {"compile on": "not tried", "a on": "slower"}


def test_the_claim_is_of_fresh_pairs_alone() -> None:
    """The runs of the confirmation are the last ones, and none of the search is among them."""
    runner = Simulated(product(a_on=1.3), noise=0.02)
    _, _, pairs = searched(runner)
    last = runner.runs[-2 * len(pairs) :]
    assert last.count(frozenset()) == last.count(frozenset({"a on"})) == len(pairs)


def test_the_noise_is_that_of_the_baseline_against_itself() -> None:
    quiet, loud = (Search(Simulated(product(), noise=noise, seed=3), BUDGET) for noise in (0.0, 0.2))
    quiet.run(SOME)
    loud.run(SOME)
    assert quiet.seen.spread < 0.011
    assert loud.seen.spread > 0.05
    assert loud.provable > quiet.provable > 1


@given(st.integers(0, 10**6), st.sampled_from([0.01, 0.05, 0.3, 1.0]))
@settings(max_examples=120)
def test_chance_alone_is_hardly_ever_claimed(seed: int, noise: float) -> None:
    """Of one search nothing can be said; that of many is below."""
    search, members, pairs = searched(Simulated(product(), noise=noise, seed=seed))
    assert not members or len(pairs) >= LEAST_PAIRS or gain(ratios(pairs)).value < 1  # it was clear after a few
    assert {name.split()[0] for name in fates(search)} | {member.split()[0] for member in members} == {"a", "b", "c", "d"}


@pytest.mark.parametrize("noise", [0.01, 0.05, 0.3])
def test_of_many_searches_for_nothing_hardly_any_claims(noise: float) -> None:
    false = sum(
        bool(pairs) and claimed(gain(ratios(pairs)))
        for seed in range(100)
        for _, _, pairs in [searched(Simulated(product(), noise=noise, seed=seed))]
    )
    assert false <= 5


def test_of_many_searches_for_something_nearly_all_claim_it_and_its_size() -> None:
    right = told = 0
    for seed in range(50):
        _, _, pairs = searched(Simulated(product(a_on=1.25), noise=0.04, seed=seed))
        found = gain(ratios(pairs)) if pairs else None
        right += found is not None and claimed(found)
        told += found is not None and found.low <= 1.25 <= found.high
    assert right >= 48
    assert told >= 44


@given(st.integers(0, 1000))
def test_one_more_pair_lies_where_it_is_said_to(seed: int) -> None:
    runner = Simulated(product(a_on=2.0), noise=0.05, seed=seed)
    _, members, pairs = searched(runner)
    found = gain(ratios(pairs))
    assert "a on" in members
    assert found.again_low < math.exp(math.log(found.value)) < found.again_high
    assert found.again_low <= found.low <= found.high <= found.again_high
