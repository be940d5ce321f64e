"""Several failures are looked into at once: what each wants to see is tried in one set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from torch_starter.core.trial import Failure, Trial
from torch_starter.search.hypotheses import Place, ask
from torch_starter.search.ladder import Asking, Reply, Rung
from torch_starter.search.world import Aim, Bounds, World

STRONG = ("said", "raised", "paired")
MOST_NAMED = 4  # packages of a trial that are told


def bound_of(rung: Rung) -> str:
    """The bound of a hold."""
    return f"<{rung.bad.partition('+')[0]}"


def both(one: Bounds, other: Bounds) -> dict[str, str]:
    """The bounds that keep within both."""
    return {name: ",".join(dict.fromkeys(b[name] for b in (one, other) if name in b)) for name in {**one, **other}}


def verdict(trial: Trial, id: str) -> bool | None:
    """Whether a finding was well in a trial; None where another failure hid it, or it was not asked."""
    if any(failure.id == id for failure in trial.failures):
        return False
    return True if id not in trial.unseen and (trial.whole or id in trial.passed) else None


def is_another(before: Failure, now: Failure, moved: Iterable[str]) -> bool:
    """Whether a finding fails for another reason than before: something else is at fault, and nothing that was `moved`.

    So culprits that hide each other are found one by one.
    """
    one, other = strongest(before), strongest(now)
    involved = {each.package for each in now.suspects if each.strength in STRONG} | {*(now.lacking or ()), *now.spared}
    return one != other and not involved & set(moved)


def strongest(failure: Failure) -> str:
    """The package that the evidence names first; empty where it names none."""
    return next((each.package for each in failure.suspects if each.strength in STRONG), "")


@dataclass
class Questions:
    """The open questions of one round. `tried`: for each failure the versions that did not mend it."""

    world: World
    place: Place
    said: Callable[[str], None]
    tried: dict[str, list[str]] = field(default_factory=dict)
    _failures: dict[str, Failure] = field(default_factory=dict)
    _asking: dict[str, Asking] = field(default_factory=dict)
    _wanted: dict[str, Bounds] = field(default_factory=dict)
    _found: dict[str, Rung] = field(default_factory=dict)

    def settle(self, aim: Aim, failures: Sequence[Failure]) -> Mapping[str, Rung]:
        """The package to hold for each failure, and how far; those that nothing mends are left out. Raises OutOfTime."""
        self._failures = {failure.id: failure for failure in failures}
        alike = {(strongest(failure) or failure.id, failure.line): failure.id for failure in reversed(failures)}.values()
        self._asking = {failure.id: ask(self.world, aim, self.place, failure) for failure in failures}
        for failure in failures:
            if failure.id in alike:  # what another tells of too is looked into once
                self._advance(failure.id, None)
        while self._wanted:
            for id, reply in self._look().items():
                self._advance(id, reply)
        return self._found

    def _advance(self, id: str, reply: Reply | None) -> None:
        """Let a question go on to what it wants to see next."""
        if reply is not None and reply.passed is False:
            seen = [f"{name} {reply.versions[name]}" for name in self._wanted[id] if name in reply.versions]
            self.tried.setdefault(id, []).append(", ".join(seen[:MOST_NAMED]))
        try:
            self._wanted[id] = next(self._asking[id]) if reply is None else self._asking[id].send(reply)
        except StopIteration as end:
            self._wanted.pop(id, None)
            del self._asking[id]
            if end.value is not None:
                self._found[id] = end.value

    def _look(self) -> dict[str, Reply]:
        """Try what the questions want at once; where it does not fit together, what the first wants alone.

        A question of which nothing could be seen waits for the others, and counts as failed where it is the last.
        """
        here: dict[str, str] = dict(self.place.bounds)
        for rung in self._found.values():
            here = both(here, {rung.package: bound_of(rung)})
        together = here
        for bounds in self._wanted.values():
            together = both(together, bounds)
        asked = dict(self._wanted)
        candidate = self.world.propose(together)
        if candidate is None and len(asked) > 1:
            first = next(iter(asked))
            asked = {first: asked[first]}
            candidate = self.world.propose(both(here, asked[first]))
        if candidate is None:
            return {id: Reply(None, {}) for id in asked}
        trial = self.world.examine(candidate, frozenset(asked))
        self._say(asked, candidate.versions, trial)
        seen = {id: self._mended(id, trial) for id in asked}
        replies = {id: Reply(passed, candidate.versions) for id, passed in seen.items() if passed is not None}
        return replies or {id: Reply(False, candidate.versions) for id in asked}

    def _mended(self, id: str, trial: Trial) -> bool | None:
        """Whether the failure that a question is about is gone, though the same finding may fail for another reason."""
        now = next((failure for failure in trial.failures if failure.id == id), None)
        return True if now and is_another(self._failures[id], now, self._wanted[id]) else verdict(trial, id)

    def _say(self, asked: Mapping[str, Bounds], versions: Mapping[str, str], trial: Trial) -> None:
        for id, bounds in asked.items():
            names = [f"{name} {versions.get(name, '(left out)')}" for name in bounds]
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            words = {True: "passes", False: "fails", None: "cannot be seen"}[self._mended(id, trial)]
            self.said(f"{', '.join(names[:MOST_NAMED])}{more}: {id} {words}")
