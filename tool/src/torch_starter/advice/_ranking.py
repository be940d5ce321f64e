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
ALIKE = 1.25  # gains that differ by less cannot be told apart: what names its cause more precisely comes first
EXPLAINED = {  # what names a part of a step as a whole, and what names a line that makes it so long
    "profile.data": ("profile.dataset",),
    "profile.launches": ("profile.tiny", "profile.reads", "profile.python"),
    "profile.idle": ("profile.tiny", "profile.reads", "profile.python"),
}


def ranked(profile: Profile, of: Literal["time", "memory"]) -> list[Finding]:
    """All that is worth an edit, the largest gain first; of two that are alike the one that is more precise."""
    found = [finding for advice in collect("advice", Advice) if advice.of == of for finding in advice.look(profile)]
    worth = [each for each in found if each.gain is not None and math.isfinite(each.gain) and each.gain >= LEAST]
    return precise(sorted(worth, key=lambda each: -(each.gain or 0.0)))[:MOST]


def precise(found: list[Finding]) -> list[Finding]:
    """What is vague goes behind what explains as much by the line that makes it so, where their gains are alike."""
    rows = list(found)
    for vague in [each for each in found if each.id in EXPLAINED]:
        better = [each for each in rows[rows.index(vague) + 1 :] if each.id in EXPLAINED[vague.id]]
        if better and (vague.gain or 0.0) <= (better[0].gain or 0.0) * ALIKE:
            rows.remove(vague)
            rows.insert(rows.index(better[0]) + 1, vague)
    return rows
