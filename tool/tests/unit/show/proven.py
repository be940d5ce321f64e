"""Answers of `optimize`, for the tests of how they look: the proofs in golden/, and more that are made of them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from golden import FOLDER
from torch_starter.core import proofs
from torch_starter.core.pairs import gain
from torch_starter.core.proof import Gain, Member, Outcome, Pair, Proof, Sample, Tried
from torch_starter.core.report import Change, Measurement, Report
from torch_starter.core.tuning import Safety

NAMES = (
    "gained",  # four settings on a machine that others use, and something of each kind that was left out
    "nothing",  # a script that was as fast as it could be
    "failing",  # nothing that was tried came to its end, and nothing could have been proven
    "gpu",  # starting operations binds; one member, whose place is in the script; some things are for the user to decide
    "for-all",  # for every script; two pairs, and a great gain that is far from sure
)


def proof(name: str) -> Proof:
    """One of those in golden/."""
    found = proofs.read((FOLDER / f"proof-{name}.json").read_text(encoding="utf-8"))
    assert found is not None
    return found


def report_of(told: Proof, conclusion: str = "") -> Report:
    """As the command answers."""
    facts = {
        "system": {"distribution": "Debian GNU/Linux 12", "architecture": "x86_64", "container": True},
        "cpu": {"count": 2, "model": "AMD EPYC"},
        "in effect": told.facts,
    }
    ratios = tuple(pair.before.step / pair.after.step for pair in told.pairs)
    proven = f"{told.gain.value:.2f} times as fast: ./dev.sh optimize --apply" if told.gain else "nothing beat the noise"
    return Report(
        command="optimize",
        proof=told,
        changes=[change(each) for each in told.members],
        measurements=[Measurement(name="confirmed-gain", unit="times", samples=ratios, paired=True)] if ratios else [],
        facts=facts,
        conclusion=conclusion or proven,
        started_at="2026-01-05T03:04:05Z",
        seconds=573.2,
    )


def change(member: Member) -> Change:
    """A setting of the profile."""
    found = member.gain.value if member.gain else None
    return Change(kind="setting", name=member.setting, was="unset", now=member.label, why=member.title, gain=found)


def answer(name: str) -> Report:
    """The answer with one of the proofs in golden/."""
    return report_of(proof(name))


ALL: dict[str, Callable[[], Report]] = {name: partial(answer, name) for name in NAMES}


def proof_of(found: Gain | None, **more: Any) -> Proof:
    """A proof of a gain, and nothing else but what is given."""
    bare: dict[str, Any] = {"members": [], "pairs": [], "tried": [], "whole": None, "suggestions": []}
    return msgspec.structs.replace(proof("gained"), **{**bare, "gain": found, **more})


def tried(
    setting: str, label: str, outcome: Outcome, ratios: Sequence[float] = (), why: str = "", safety: Safety = "rounding"
) -> Tried:
    """A value of a setting, with the gain of its ratios."""
    found = gain(ratios).value if ratios else None
    return Tried(setting=setting, label=label, safety=safety, outcome=outcome, ratios=list(ratios), gain=found, why=why)


def pairs(ratios: Sequence[float], step: float) -> list[Pair]:
    """Runs of 30 steps and a start, of which the first of each pair varies too."""
    chance = random.Random(7)
    found = []
    for ratio in ratios:
        before = step * math.exp(chance.gauss(0, 0.05))
        one, other = (Sample(step=each, whole=30 * each + 2.4, others=0.4) for each in (before, before / ratio))
        found.append(Pair(before=one, after=other))
    return found
