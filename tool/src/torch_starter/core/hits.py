"""How often what was wanted was in a cache already, as our own commands saw it: JSON Lines, a line each run."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from torch_starter.core import journal
from torch_starter.core.cached import Hits
from torch_starter.core.files import Files
from torch_starter.core.project import Project

SCHEMA = 1
RUNS = 20  # the last of a cache, of which its rate is
MOST_LINES = 400  # in the file: from then on the oldest go

PACKAGES, LAYERS, GRAPHS = "uv", "container-build", "inductor"  # the caches of which we see it, by their names


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one command took from a cache: `hit` of `asked`, in `unit`; when (UTC), and of which command.

    `seconds`: what making it took, all of it. `rated`: false where the cache was not asked, on purpose.
    """

    schema: int = SCHEMA
    at: str
    cache: str
    hit: float
    asked: float
    unit: str
    command: str = ""
    seconds: float = 0.0
    rated: bool = True


def kept_in(project: Project) -> Path:
    """The file of a project on a platform."""
    return project.state / "hits.jsonl"


def read(text: str) -> list[Run]:
    """The runs in a file, the oldest first, without those that cannot be."""
    return [run for run in journal.read(text, Run) if run.schema == SCHEMA and 0 <= run.hit <= run.asked and run.asked > 0]


def together(runs: Iterable[Run], cache: str) -> Hits | None:
    """The last runs that asked a cache, as one; None where there was none. What was told in another unit before is left out."""
    of = [run for run in runs if run.cache == cache and run.rated]
    same = [run for run in of if run.unit == of[-1].unit][-RUNS:]
    if not same:
        return None
    return Hits(hit=sum(run.hit for run in same), asked=sum(run.asked for run in same), unit=same[-1].unit, runs=len(same))


def hits(project: Project, files: Files, cache: str) -> Hits | None:
    """How much of what was wanted was in a cache, in our last runs that asked it; None where none is known."""
    return together(read(files.read(kept_in(project)) or ""), cache)


def made_in(project: Project, files: Files, cache: str) -> float:
    """Seconds that the last run took which found nothing in a cache, and so made all of it; 0 where there was none."""
    runs = [run for run in read(files.read(kept_in(project)) or "") if run.cache == cache and run.seconds and not run.hit]
    return runs[-1].seconds if runs else 0.0


def new_run(found: Hits, cache: str, command: str, seconds: float = 0.0, rated: bool = True) -> Run:
    """A run that ends now."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    told = round(seconds, 2)
    return Run(at=at, cache=cache, hit=found.hit, asked=found.asked, unit=found.unit, command=command, seconds=told, rated=rated)


def keep(project: Project, files: Files, run: Run) -> None:
    """Add a run; raises DiskProblem. A run that asked for nothing is none."""
    if run.asked <= 0:
        return
    path, line = kept_in(project), msgspec.json.encode(run).decode()
    before = (files.read(path) or "").split("\n")
    if len(before) > MOST_LINES:
        files.write(path, "\n".join([*newest(before), line, ""]))
    else:
        files.append(path, f"\n{line}" if before[-1] else line)  # behind one that was cut off


def newest(lines: Sequence[str]) -> list[str]:
    """Of many lines those from which a rate can be."""
    return [line for line in lines if read(line)][-MOST_LINES // 2 :]
