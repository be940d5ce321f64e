"""How much of what our own commands wanted was in a cache: seen, kept, and said."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from torch_starter.core import hits
from torch_starter.core.ask import Ask
from torch_starter.core.cached import Hits
from torch_starter.core.files import DiskProblem
from torch_starter.core.probing import Answer
from torch_starter.core.report import Measurement
from torch_starter.core.units import human_size
from torch_starter.making import kept
from torch_starter.making.build import Tools


@dataclass
class Taken:
    """What was taken from uv's cache while packages were installed; `found` is None until it is known."""

    found: Hits | None = None
    measurements: list[Measurement] = field(default_factory=list)

    @property
    def note(self) -> str:
        """Such as "5.1 GB of packages, 97 % from the cache"; empty where nothing is known."""
        return in_words(self.found) if self.found is not None and self.found.asked else ""


@contextlib.contextmanager
def seen(ask: Ask, tools: Tools, environment: Path, command: str) -> Iterator[Taken]:
    """While packages are installed into an environment: what uv had, and what it had to fetch."""
    taken, cache = Taken(), kept.cache_of(tools.variables)
    before = kept.archives(cache) if cache else frozenset()
    yield taken
    come = kept.unpacked(kept.archives(cache) - before) if cache else None
    taken.found = kept.taken(environment, come) if come is not None else None
    if taken.found is not None and taken.found.asked:
        taken.measurements = measurements(taken.found)
        remember(ask, hits.new_run(taken.found, hits.PACKAGES, command))


def in_words(found: Hits) -> str:
    """For people."""
    return f"{human_size(found.asked)} of packages, {percent(found, 0):.0f} % from the cache"


def percent(found: Hits, places: int) -> float:
    """The share that was there, rounded; what is not all of it never rounds up to that."""
    return 100.0 if found.hit == found.asked else min(100 - 10.0**-places, round(100 * found.rate, places))


def measurements(found: Hits) -> list[Measurement]:
    """The share that came from the cache, and the bytes of all."""
    return [
        Measurement(name="from-cache", unit="%", samples=(percent(found, 2),)),
        Measurement(name="packages", unit="bytes", better="lower", samples=(found.asked,)),
    ]


def remember(ask: Ask, run: hits.Run) -> None:
    """Keep it for `cache list`. Where it cannot be written, what was asked for is done all the same."""
    try:
        hits.keep(ask.project, ask.machine.files, run)
    except DiskProblem as problem:
        ask.progress.say(f"How much came from the cache could not be noted: {problem.message}")


def layers(ask: Ask, cached: int, done: int, seconds: float, rated: bool) -> None:
    """How many steps of an image's build were done before, and how long it took."""
    found = Hits(hit=min(cached, done), asked=done, unit="layers")
    remember(ask, hits.new_run(found, hits.LAYERS, "build", seconds, rated))


def graphs(ask: Ask, answers: Iterable[Answer]) -> None:
    """How many graphs a process found compiled that one before it had left: samples tell it beside what they measure."""
    told = [answer.value["graphs"] for answer in answers if answer.ok and answer.value.get("graphs")]
    found = Hits(hit=sum(each[0] for each in told), asked=sum(each[1] for each in told), unit="graphs")
    remember(ask, hits.new_run(found, hits.GRAPHS, "benchmark"))
