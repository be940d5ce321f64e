"""What `optimize` found for a command, with all that it rests on: kept as a file, shown, and applied by `run`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from torch_starter.core.place import Place
from torch_starter.core.tuning import Bound, Safety

SCHEMA = 1

Outcome = Literal[
    "kept",  # a member of the profile
    "slower",  # or no faster, as far as it was tried
    "needless",  # it costs nothing to leave it out beside the others
    "not in effect",  # read back in the running process, it was another value
    "drifts",  # the losses are others than they may be
    "failed",  # a crash, a hang, too little memory
    "suggested",  # not ours to decide, or not without --allow
    "not tried",  # it does not apply here, or the budget was too small
]


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """By how many times something is faster, over pairs of runs: with an interval of 95 %, and how many of them were faster.

    `again_low` and `again_high`: between which bounds one more pair lies, in nineteen of twenty.
    """

    value: float
    low: float
    high: float
    wins: int
    pairs: int
    again_low: float
    again_high: float


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One run: seconds for a step, for all of it from outside, and the share of the machine that others used meanwhile."""

    step: float
    whole: float
    others: float = 0.0
    waited: float = 0.0


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A run without and a run with the profile, one after the other."""

    before: Sample
    after: Sample


TOO_SMALL = "the budget was too small"


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a setting, and what became of it. `ratios`: how many times as fast, in each pair of runs; `gain`: of all."""

    setting: str
    label: str
    safety: Safety
    outcome: Outcome
    ratios: list[float] = []
    gain: float | None = None
    why: str = ""


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What one would write into the script: a sentence, its place, and the change of the file as a patch where we can make it."""

    text: str
    place: Place | None = None
    patch: str = ""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A setting of the profile. `gain` is what it costs to leave it out beside the others."""

    setting: str
    label: str
    safety: Safety
    title: str = ""
    variables: dict[str, str] = {}
    turns: dict[str, Any] = {}
    gain: Gain | None = None
    edits: list[Edit] = []


class Key(msgspec.Struct, frozen=True):
    """Where a profile holds: this machine, these packages, this interpreter, and this script or module. Not: its arguments."""

    machine: str
    lock: str
    python: str
    script: str

    @property
    def name(self) -> str:
        """As a file is named after it."""
        import hashlib

        return hashlib.sha256("\0".join(msgspec.structs.astuple(self)).encode()).hexdigest()[:16]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """All of one search for what makes a command faster.

    `members` is the profile, empty where nothing beat the noise; `gain` the confirmed one of a step, and `whole` that of the run
    as it is timed from outside, start included. `noise`: by which share two runs of the same differ; `provable`: the smallest
    gain that the budget can prove, as a ratio. `bounds`: what binds, with its share of a step. `before` and `after`: commands
    that repeat a run of either. `losses`: how the course of the loss compares ("equal", "within 0.1 %", "none"). `load`: the
    share of the machine that others used meanwhile.
    """

    schema: int = SCHEMA
    at: str
    key: Key
    command: list[str]
    folder: str
    arguments: str = ""
    bounds: dict[Bound, float] = {}
    noise: float
    provable: float
    steps: int
    step: float
    members: list[Member] = []
    gain: Gain | None = None
    whole: Gain | None = None
    pairs: list[Pair] = []
    tried: list[Tried] = []
    suggestions: list[Edit] = []
    before: str = ""
    after: str = ""
    losses: str = "none"
    trials: int = 0
    seconds: float = 0.0
    budget: float = 0.0
    load: float = 0.0
    memory: tuple[int, int] = (0, 0)
    beyond: list[str] = []
    facts: dict[str, str] = {}

    @property
    def untried(self) -> bool:
        """Whether there was something to try, and no time for any of it: then nothing is known."""
        waiting = any(each.outcome == "not tried" and TOO_SMALL in each.why for each in self.tried)
        return waiting and not self.members and not any(each.ratios for each in self.tried)
