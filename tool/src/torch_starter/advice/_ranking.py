"""Which advice is told, and in which order: by what it is expected to gain."""

from __future__ import annotations

import math
from typing import Literal

from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

LEAST = 1.05  # a smaller gain is none that one would edit a script for, and none that is sure
MOST = 8  # who reads has to begin with the first
ALIKE = 1.1  # gains that differ by less are told by what names its cause more precisely


def ranked(profile: Profile, of: Literal["time", "memory"]) -> list[Finding]:
    """All that is worth an edit, the largest gain first; of two that are alike the one that has a line of the script's."""
    found = [finding for advice in collect("advice", Advice) if advice.of == of for finding in advice.look(profile)]
    worth = [each for each in found if each.gain is not None and math.isfinite(each.gain) and each.gain >= LEAST]
    return precise(sorted(worth, key=lambda each: -(each.gain or 0.0)))[:MOST]


def precise(found: list[Finding]) -> list[Finding]:
    """What is vague goes behind what explains as much by a line that does the work, where their gains are alike."""
    rows = list(found)
    for number in range(len(rows) - 1):
        first, second = rows[number], rows[number + 1]
        near = (first.gain or 0.0) <= (second.gain or 0.0) * ALIKE
        if near and vague(first) and not vague(second):
            rows[number], rows[number + 1] = second, first
    return rows


def vague(finding: Finding) -> bool:
    """It names what is slow as a whole, not what makes it so."""
    return finding.place is None or finding.id in ("profile.data", "profile.launches", "profile.idle")
