"""Whether a setting left the results as they were: the course of the loss, held against that of the command as it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from torch_starter.core.tuning import Safety, Told

COMPARED = 20  # losses from the start: what rounding makes of later ones grows by itself
TOLERANCE = {"bit-identical": 0.0, "rounding": 0.005, "precision": 0.05, "semantics": 0.0}  # of the loss
TOLD = 0.0001  # of the loss: less is told as this
NOISE = 3  # a script whose own course varies may vary by so many times as much


def deviation(one: Told, other: Told) -> float | None:
    """By which share the losses of the first steps differ at most; infinite where one is no number. None: nothing to compare."""
    pairs = list(zip(numbers(one.losses), numbers(other.losses), strict=False))[:COMPARED]
    if not pairs:
        return None if not (one.digest and other.digest) else 0.0 if one.digest == other.digest else math.inf
    return max(apart(before, after) for before, after in pairs)


def numbers(losses: Iterable[str]) -> list[float]:
    """Losses as the harness writes them."""
    return [float.fromhex(each) for each in losses]


def apart(before: float, after: float) -> float:
    """By which share of the larger one two losses differ."""
    if before == after or (math.isnan(before) and math.isnan(after)):
        return 0.0
    if not (math.isfinite(before) and math.isfinite(after)):
        return math.inf
    return abs(after - before) / max(abs(before), abs(after))


def drift(base: Told, trial: Told, own: float, safeties: Sequence[Safety]) -> str:
    """Why a trial's losses are not those that settings of these kinds may make of the baseline's; empty where they are.

    `own` is by how much two runs of the command as it is differ.
    """
    found = deviation(base, trial)
    if found is None:
        return ""
    loosest = max((TOLERANCE[each] for each in safeties), default=0.0)
    allowed = max(loosest, NOISE * own)
    if not math.isfinite(found):
        return "its loss is no number" if trial.losses else "what it had learned after the same steps is not the same"
    if found > allowed:
        return f"its loss differs by {share(found)} within {COMPARED} steps, allowed are {share(allowed)}"
    if allowed == 0.0 and base.digest and trial.digest != base.digest:
        return "what it had learned after the same steps is not the same, bit for bit"
    return ""


def said(found: float | None) -> str:
    """How the course of the loss compares, in words."""
    if found is None:
        return "none"
    return "equal" if found == 0.0 else f"within {share(max(found, TOLD))}"


def share(value: float) -> str:
    return f"{100 * value:.2g} %"
