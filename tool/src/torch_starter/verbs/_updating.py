"""Updating locks: for each accelerator the newest set that works is searched, then all of it is switched to at once."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import msgspec

from torch_starter.core import requirements
from torch_starter.core.ask import Ask
from torch_starter.core.later import Later
from torch_starter.core.stoppable import Stoppable
from torch_starter.making import lock_label
from torch_starter.making.switching import Edit
from torch_starter.search import holds as held
from torch_starter.search.holds import Hold
from torch_starter.search.search import Outcome, Search
from torch_starter.search.world import Aim, Candidate
from torch_starter.verbs import _plan, _workshop
from torch_starter.verbs._bench import Bench


@dataclass(frozen=True)
class Request:
    """What is to be updated: the locks of `names`; with `moving`, these packages and what they need alone.

    `pyproject` is the new text of pyproject.toml, where that changes too; `finished` gives it its last form, by the versions that
    were found. Then all locks must be found, or nothing is changed.
    """

    command: str
    names: tuple[str, ...]
    moving: tuple[str, ...] | None = None
    pyproject: str | None = None
    finished: Callable[[Mapping[str, str]], str] | None = None


@dataclass
class Searched:
    """What became of one lock. `text` is the new one, None where it stays. `before` and `after` are versions on this machine."""

    name: str
    bench: Bench
    outcome: Outcome
    text: str | None
    before: dict[str, str]
    after: dict[str, str]
    holds: tuple[Hold, ...]
    seconds: float = 0.0


@dataclass
class Update:
    """A whole run: the project as it would be, and what was found. `holds` are those of all accelerators afterwards.

    `texts` are the files of the project as they were when it began, by their paths.
    """

    ask: Ask
    staged: Ask
    request: Request
    before: tuple[Hold, ...]
    texts: Mapping[str, str | None]
    searched: list[Searched] = field(default_factory=list)

    @property
    def holds(self) -> list[Hold]:
        found = [(each.name, each.holds) for each in self.searched if each.outcome.found]
        return held.merged(self.before, found, tuple(self.ask.spec.accelerators))

    def edits(self) -> list[Edit]:
        """What would become of the project's files. Those that stay are guarded: nobody may change them meanwhile."""
        if self.request.pyproject is not None and not all(each.outcome.found for each in self.searched):
            return []
        wanted = {f"locks/{each.name}.txt": each.text for each in self.searched if each.text is not None}
        if any(each.outcome.found for each in self.searched) and tuple(self.holds) != self.before:
            wanted[f"locks/{held.NAME}"] = held.write(self.holds)
        if self.request.pyproject is not None:
            last = self.request.finished
            wanted["pyproject.toml"] = last(self.searched[0].after) if last else self.request.pyproject
        guarded = {"pyproject.toml": self.texts["pyproject.toml"]} | wanted
        return [Edit(path, self.texts.get(path), text) for path, text in guarded.items()]


@contextlib.contextmanager
def updating(ask: Ask, request: Request) -> Iterator[Update]:
    """Search all locks of a request; what is in the folder of the search is gone afterwards. One at a time."""
    folder = ask.project.state / "candidates"
    wait = "waiting for another command that searches for packages"
    with ask.machine.files.lock(ask.project.state / "search", lambda _: ask.progress.say(wait)):
        ask.machine.files.remove_tree(folder)
        ask.machine.files.make_folder(folder)
        try:
            with tempfile.TemporaryDirectory(prefix="staged-", dir=folder) as staged:
                texts = texts_of(ask)
                yield search_all(ask, request, folder, stage(ask, request, Path(staged), texts), texts)
        finally:
            ask.machine.files.remove_tree(folder)


def texts_of(ask: Ask) -> dict[str, str | None]:
    """The files of the project that an update may change, by their paths."""
    names = [f"locks/{name}.txt" for name in ask.spec.accelerators]
    paths = ("pyproject.toml", f"locks/{held.NAME}", *names)
    return {path: ask.machine.files.read(ask.project.root / path) for path in paths}


def stage(ask: Ask, request: Request, folder: Path, texts: Mapping[str, str | None]) -> Ask:
    """The project as it would be: its pyproject.toml and locks in a folder of their own."""
    wanted = dict(texts) if request.pyproject is None else {**texts, "pyproject.toml": request.pyproject}
    for path, text in wanted.items():
        if text is not None:
            ask.machine.files.write(folder / path, text)
    return replace(ask, project=replace(ask.project, staged=folder))


def search_all(ask: Ask, request: Request, folder: Path, staged: Ask, texts: Mapping[str, str | None]) -> Update:
    """Search one lock after the other; what the first held is known to the next."""
    update = Update(ask, staged, request, held.read(texts[f"locks/{held.NAME}"]), texts)
    if ask.flag("again") and not ask.flag("dry-run"):
        ask.machine.files.remove_tree(ask.project.state / _workshop.TRIALS)
    programs = Stoppable(staged.machine.processes)
    workshop = _workshop.Workshop(replace(staged, machine=replace(staged.machine, processes=programs)), folder, request.moving)
    benches = {name: workshop.bench(name) for name in request.names}
    ahead = [look_ahead(bench, update.before) for bench in benches.values()]
    try:
        for (name, bench), resolving in zip(benches.items(), ahead, strict=True):
            with ask.progress.stage(f"resolve {name}", None, "things"):
                for each in resolving:
                    each.result()
            started = time.monotonic()
            update.searched.append(search(update, name, bench, workshop))
            update.searched[-1].seconds = time.monotonic() - started
            bench.trying.aside.remove()
    except BaseException:
        programs.stop()  # what was asked ahead would be waited for, as long as a network hangs
        raise
    finally:
        for each in (each for resolving in ahead for each in resolving):
            with contextlib.suppress(BaseException):
                each.result()
    return update


def look_ahead(bench: Bench, holds: Sequence[Hold]) -> list[Later[object]]:
    """Resolve, beside each other, what a search is going to ask for first: the newest, and with the holds that it has."""
    begun: list[Later[object]] = [Later(bench.taken_back), Later(partial(bench.propose, {}))]
    if bench.kept is None:
        begun.append(Later(partial(bench.propose, _workshop.bounds(hold for hold in holds if hold.concerns(bench.name)))))
    return begun


def search(update: Update, name: str, bench: Bench, workshop: _workshop.Workshop) -> Searched:
    """Find the newest set that works for one lock."""
    ask, text = update.ask, update.staged.machine.files.read(update.staged.project.lock(name))
    before = bench.candidate(text) if text else Candidate({})
    known = dict.fromkeys((*update.before, *(hold for each in update.searched for hold in each.holds)))
    own = [hold for hold in update.before if hold.concerns(name)]
    ranges = requirements.parse(update.texts["pyproject.toml"])
    proven = _workshop.fits(before, ranges.direct(ranges.extras, workshop.markers))
    aim = Aim(*workshop.order(), before.versions if proven else {})
    hints = [hold for hold in known if hold not in own]
    outcome = Search(bench, aim, own, hints, lambda words: ask.progress.say(f"  {words}")).run()
    found = outcome.found
    stay = () if bench.kept is None else tuple(own)
    new = found is not None and lock_label.body(found.text) != lock_label.body(text or "")
    return Searched(
        name,
        bench,
        outcome,
        workshop.labelled(bench, found) if found and new else None,
        dict(before.versions),
        dict((found or untried(bench, own) or before).versions),
        tuple(dict.fromkeys((*stay, *map(dated, outcome.holds)))),
    )


def untried(bench: Bench, own: Sequence[Hold]) -> Candidate | None:
    """For a dry run that does not know better from kept trials: what would be tried, with the holds that there are."""
    return bench.propose(_workshop.bounds(own)) if bench.dry else None


def dated(hold: Hold) -> Hold:
    """With the day on which it was found."""
    return hold if hold.date else msgspec.structs.replace(hold, date=time.strftime("%Y-%m-%d", time.gmtime()))


def direct(update: Update) -> tuple[str, ...]:
    """The packages that pyproject.toml names."""
    known = requirements.parse(update.staged.machine.files.read(update.staged.project.pyproject))
    return tuple(known.direct(known.extras))


def affected(update: Update) -> bool:
    """Whether the environment of this machine is among what changes, or is not there yet."""
    choice = _plan.accelerator(_workshop.unnamed(update.staged))
    return any(each.name == choice.name and each.text is not None for each in update.searched)
