"""Statistics of pairs of runs: by how many times the second of each pair is faster, and how sure that is.

Both runs of a pair share what the machine did meanwhile, so their ratio is compared, not they. Ratios multiply: their logarithms
are taken to be drawn from one normal distribution, and few of them are judged by Student's t.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from torch_starter.core.proof import Gain

CONFIDENCE = 0.95
HALVINGS = 64  # more than a float has digits


def gain(ratios: Sequence[float]) -> Gain:
    """What ratios above zero say together, above 1: faster. Of one alone nothing is sure: from nought to infinity."""
    logs = [math.log(ratio) for ratio in ratios]
    count, mean = len(logs), statistics.fmean(logs)
    spread = statistics.stdev(logs) if count > 1 else math.inf
    sure = quantile(count - 1) * spread / math.sqrt(count)  # of the mean
    again = quantile(count - 1) * spread * math.sqrt(1 + 1 / count)  # of one more pair
    return Gain(
        value=math.exp(mean),
        low=power(mean - sure),
        high=power(mean + sure),
        wins=sum(ratio > 1 for ratio in ratios),
        pairs=count,
        again_low=power(mean - again),
        again_high=power(mean + again),
    )


def provable(spread: float, pairs: int) -> float:
    """The smallest gain, as a ratio, whose interval would be above 1 with so many pairs.

    `spread` is the standard deviation of the logarithm of one pair's ratio.
    """
    return power(quantile(pairs - 1) * spread / math.sqrt(pairs)) if pairs > 1 else math.inf


def power(exponent: float) -> float:
    """Of e; infinity where a float ends."""
    try:
        return math.exp(exponent)
    except OverflowError:
        return math.inf


def quantile(freedom: int, confidence: float = CONFIDENCE) -> float:
    """Between which value and its negative Student's t lies so often; infinite without a degree of freedom."""
    if freedom < 1:
        return math.inf
    low, high = 0.0, math.pi / 2  # of the angle whose tangent it is
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < confidence else (low, middle)
    return math.sqrt(freedom) * math.tan(low)


def within(angle: float, freedom: int) -> float:
    """How often |t| is below sqrt(freedom) * tan(angle): Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    odd = freedom % 2
    term = math.cos(angle) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for power in range(2 + odd, freedom, 2):
        term *= math.cos(angle) ** 2 * (power - 1) / power
        total += term
    return 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
