"""The one answer of every command: findings, measurements, changes and the facts they rest on.

It knows nothing of colour or width. Its JSON form is schema 1 of the documented report; a reader ignores keys that it
does not know.
"""

from __future__ import annotations

import calendar
import itertools
import math
import statistics
import time
from typing import Any, Literal

import msgspec

from torch_starter import __version__
from torch_starter.core.cached import Cached
from torch_starter.core.figures import key as figure_key
from torch_starter.core.pairs import gain
from torch_starter.core.place import Place as Place
from torch_starter.core.profile import Profile
from torch_starter.core.proof import Proof
from torch_starter.core.statistics import interval as interval_of
from torch_starter.core.statistics import median, spread

Verdict = Literal["ok", "warn", "fail", "crash", "skip", "unknown"]
Status = Literal["ok", "warn", "fail", "unknown", "error"]

SCHEMA = 1
INNER = ("probe", "about")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of one check. `skip` names the fact by which it does not apply; `unknown` could not look.

    For who asks further what is at fault, not part of the JSON form: `probe` answered, and the packages `about` are concerned.
    """

    id: str
    verdict: Verdict
    title: str
    seen: str = ""
    wanted: str = ""
    remedy: str = ""
    place: Place | None = None
    gain: float | None = None
    fixable: bool = False
    seconds: float = 0.0
    probe: str = ""
    about: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As the JSON form has it."""
        told = msgspec.to_builtins(self)
        return {"group": self.group, **{key: value for key, value in told.items() if key not in INNER}}

    @property
    def group(self) -> str:
        """The first word of the id."""
        return self.id.split(".")[0]


class Limit(msgspec.Struct, frozen=True):
    """What a measurement is held against, and where that comes from."""

    value: float
    source: Literal["measured", "datasheet", "derived"]


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """Raw samples with their unit. Statistics are derived where the answer is written, never stored.

    `busy` is the share of the machine that others used meanwhile, from 0 to 1. `every`: where the samples are of one thing that
    goes on, the seconds from one to the next; 0 where they are repetitions. `paired`: they are ratios, each of a pair of runs.

    Of a benchmark: its `title`; `version` of its method; `processes`, how many of the samples each process gave, in turn; `cpu`
    and `cpu_processes`, the same by the CPU time of the process instead of the clock, where it has one thread; `warm`, the
    seconds of its warming up; `bounded`: the machine did not become quiet, and this is a lower bound of what it can do;
    `intensity`, operations for each byte of memory (0: not told).
    """

    name: str
    unit: str
    samples: tuple[float, ...]
    title: str = ""
    better: Literal["higher", "lower"] = "higher"
    params: dict[str, str] = {}
    limit: Limit | None = None
    busy: float | None = None
    every: float = 0.0
    paired: bool = False
    version: int = 0
    processes: tuple[int, ...] = ()
    cpu: tuple[float, ...] = ()
    cpu_processes: tuple[int, ...] = ()
    warm: tuple[float, ...] = ()
    bounded: bool = False
    intensity: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """With its statistics: the median, and the range of the samples where there are several.

        Of samples that several processes gave it is the median of theirs, its interval of 95 %, and the `noise`: by which share
        two halves of the processes differ. Of ratios of pairs it is their geometric mean, and the interval within which one more
        pair lies in nineteen of twenty.
        """
        told = msgspec.to_builtins(self)
        if self.paired:
            found = gain(self.samples)
            return {**told, "median": found.value, "interval": [found.again_low, found.again_high]}
        if not self.processes:
            several = len(self.samples) > 1
            interval = [min(self.samples), max(self.samples)] if several else None
            return {**told, "median": statistics.median(self.samples), "interval": interval}
        middle = interval_of(self.by_process)
        share = self.share
        return {
            **told,
            "median": middle.value,
            "interval": [middle.low, middle.high],
            "noise": self.noise if math.isfinite(self.noise) else None,
            "percent_of_limit": None if share is None else 100 * share,
        }

    @property
    def median(self) -> float:
        """The median of the processes' medians; of all samples where no process is named."""
        return median(self.by_process)

    @property
    def share(self) -> float | None:
        """How much of what is possible was reached, 1 being all; None where there is no limit."""
        if self.limit is None or not self.limit.value or not self.median:
            return None
        return self.median / self.limit.value if self.better == "higher" else self.limit.value / self.median

    @property
    def noise(self) -> float:
        """By which share two halves of the processes differ; infinite where there are too few to tell."""
        return spread(self.by_process)

    @property
    def by_process(self) -> list[tuple[float, ...]]:
        """The samples, a part for each process."""
        return parted(self.samples, self.processes)

    @property
    def key(self) -> str:
        """What it is called in every run: such as "matmul dtype=float32 threads=2"."""
        return figure_key(self.name, self.params)


def parted(samples: tuple[float, ...], processes: tuple[int, ...]) -> list[tuple[float, ...]]:
    """Samples in turn, as many for each process as it gave; all of them as one where that is not told."""
    ends = list(itertools.accumulate(processes)) or [len(samples)]
    return [samples[end - count : end] for end, count in zip(ends, processes or (len(samples),), strict=True)]


class Past(msgspec.Struct, frozen=True):
    """What a figure was in an earlier run, with its interval; `run` is the name under which that was kept, or nothing."""

    at: str
    run: str
    figure: str
    unit: str
    median: float
    low: float
    high: float
    bounded: bool = False


class Entry(msgspec.Struct, frozen=True):
    """One of the things that can be asked for by name, where a list is wanted; `mark`: what is to be known of it in a word."""

    name: str
    title: str
    about: str
    mark: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was, or with --dry-run would be, made different.

    Of a setting: how many times as fast it is by that (`gain`), with its interval of 95 %.
    """

    kind: Literal["setting", "package", "file", "environment"]
    name: str
    was: str
    now: str
    why: str = ""
    gain: float | None = None
    interval: tuple[float, float] | None = None


class Stop(msgspec.Struct, frozen=True):
    """The problem that stopped a command, as scripts see it."""

    code: str
    message: str
    remedy: str


class Report(msgspec.Struct, kw_only=True):
    """What a command found, measured and changed.

    `passed_through` is the exit status of a program that the user asked us to run: it becomes ours unchanged. `conclusion`, where
    it is given, is what the last line says instead of "all is well" and its like. `measured`: its measurements are what was asked
    for, and are shown to people too. `history`: what figures were in earlier runs, the oldest first.
    `entries`: what can be asked for, where a list is wanted. `proof`: what makes the user's own command faster, proven.
    `profile`: where the time or the memory of the user's own command goes. `caches`: what is kept, where that is asked for.
    `lenient`: what could not be looked at leaves the exit code as it is. `spoken`: a group's line has what was seen, and seconds.
    `brief`: at most so many findings of one check are told to people at length; 0 for all.
    """

    command: str
    findings: list[Finding] = []
    measurements: list[Measurement] = []
    measured: bool = False
    history: list[Past] = []
    entries: list[Entry] = []
    changes: list[Change] = []
    proof: Proof | None = None
    profile: Profile | None = None
    caches: list[Cached] = []
    facts: dict[str, Any] = {}
    notes: list[str] = []
    conclusion: str = ""
    stop: Stop | None = None
    stop_exit_code: int = 70
    passed_through: int | None = None
    lenient: bool = False
    spoken: bool = False
    brief: int = 0
    started_at: str = ""
    seconds: float = 0.0

    @property
    def began(self) -> float:
        """When it began, in seconds since 1970."""
        return calendar.timegm(time.strptime(self.started_at, "%Y-%m-%dT%H:%M:%SZ")) if self.started_at else time.time()

    @property
    def exit_code(self) -> int:
        """0 well, 1 found wrong, 3 could not look; 1 outranks 3; a problem or a passed-through status decides alone."""
        if self.stop is not None:
            return self.stop_exit_code
        if self.passed_through is not None:
            return self.passed_through
        verdicts = {finding.verdict for finding in self.findings}
        if verdicts & {"fail", "crash"}:
            return 1
        return 3 if "unknown" in verdicts and not self.lenient else 0

    @property
    def status(self) -> Status:
        """The exit code in a word; `warn` where there are warnings alone."""
        words: dict[int, Status] = {1: "fail", 3: "unknown"}
        if self.stop is not None or self.passed_through:
            return "error"
        if self.exit_code in words:
            return words[self.exit_code]
        return "warn" if any(finding.verdict in ("warn", "unknown") for finding in self.findings) else "ok"

    def as_dict(self) -> dict[str, Any]:
        """The documented envelope, schema 1."""
        return {
            "schema": SCHEMA,
            "tool": f"torch-starter {__version__}",
            "command": self.command,
            "status": self.status,
            "exit_code": self.exit_code,
            "started_at": self.started_at,
            "seconds": round(self.seconds, 3),
            "facts": self.facts,
            "findings": [finding.as_dict() for finding in self.findings],
            "measurements": [measurement.as_dict() for measurement in self.measurements],
            "history": [msgspec.to_builtins(past) for past in self.history],
            "entries": [msgspec.to_builtins(entry) for entry in self.entries],
            "changes": [msgspec.to_builtins(change) for change in self.changes],
            "proof": None if self.proof is None else msgspec.to_builtins(self.proof),
            "profile": None if self.profile is None else msgspec.to_builtins(self.profile),
            "caches": [cached.as_dict() for cached in self.caches],
            "notes": self.notes,
            "problem": None if self.stop is None else msgspec.to_builtins(self.stop),
        }
