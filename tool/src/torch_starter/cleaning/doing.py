"""Removing what goes, part by part, each looked at again just before; what cannot be removed is told, and the rest is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from torch_starter.cleaning import use
from torch_starter.cleaning.plan import Key, key
from torch_starter.core.cached import Part
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout
from torch_starter.core.problems import Problem
from torch_starter.core.processes import Done

TOOL_SECONDS = 1800.0
LEFT = "(left by a clean that was stopped)"  # the name of a part that is removed by its paths, whoever keeps the cache
NO_SETTINGS = ("UV_NO_CACHE", "UV_CACHE_DIR", "UV_CONFIG_FILE")


@dataclass
class Outcome:
    """What was done: the bytes that came free, by the files that went, and what stayed with the reason, by part."""

    bytes: int = 0
    files: int = 0
    gone: list[Key] = field(default_factory=list)
    left: dict[Key, str] = field(default_factory=dict)
    busy: dict[Key, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cleaner:
    """Removes parts of caches. `uses` looks who uses what; `told` is told how many bytes are dealt with, and what is next."""

    lookout: Lookout
    caches: Mapping[str, Cache]
    uses: Callable[[], use.Uses] = use.look
    told: Callable[[float, str], None] = lambda done, name: None

    def clean(self, parts: Sequence[Part]) -> Outcome:
        """Remove these."""
        outcome, dealt = Outcome(), 0.0
        for name in dict.fromkeys(part.cache for part in parts):
            cache = self.caches[name]
            free = self.unused(cache, [part for part in parts if part.cache == name], outcome)
            if cache.tool is not None:
                by_tool = [part for part in free if part.name != LEFT]
                self.told(dealt, name)
                self.by_tool(cache, by_tool, outcome)
                free = [part for part in free if part.name == LEFT]
                dealt += sum(part.size for part in by_tool)
            for part in free:
                self.told(dealt, f"{name} {part.name}")
                self.by_paths(cache, part, outcome)
                dealt += part.size
        return outcome

    def unused(self, cache: Cache, parts: Sequence[Part], outcome: Outcome) -> list[Part]:
        """Those that nobody uses just now."""
        uses, free = self.uses(), []
        for part in parts:
            if who := use.used_by(uses, part.paths, part.holds, cache.users):
                outcome.busy[key(part)] = who
            else:
                free.append(part)
        return free

    def by_paths(self, cache: Cache, part: Part, outcome: Outcome) -> None:
        """Remove all paths of one part, each below a root of its cache, and as it was when it was measured."""
        tree, roots = self.lookout.trees.get(key(part)), [os.fspath(root) for root in cache.roots(self.lookout)]
        why = []
        for path in part.paths:
            root = root_of(path, roots)
            if root is None:
                why.append(f"{path} is not below a folder of this cache")
                continue
            try:
                done = self.lookout.machine.files.discard(Path(root), Path(path), tree.tops.get(path) if tree else None)
            except Problem as problem:
                why.append(problem.message)
                continue
            outcome.bytes += done.bytes
            outcome.files += done.files
            why += [f"{left}: {reason}" for left, reason in done.left]
        self.settle(part, why, outcome)

    def by_tool(self, cache: Cache, parts: Sequence[Part], outcome: Outcome) -> None:
        """Let the program that keeps a cache remove them."""
        if not parts or cache.tool is None:
            return
        variables = {name: value for name, value in self.lookout.variables.items() if name not in NO_SETTINGS}
        why = ""
        for words in cache.tool(self.lookout, parts):
            done = self.lookout.machine.processes.run(words, env=variables, timeout=TOOL_SECONDS)
            why = why or refusal(done)
        now = self.kept_without_paths(cache, parts)
        for part in parts:
            there = [path for path in part.paths if os.path.lexists(path)]
            if not there and (part.paths or not why):
                outcome.bytes += max(0, part.frees - now.get(part.name, 0))
                outcome.files += part.files
                self.settle(part, [], outcome)
            else:
                self.settle(part, [why or f"{there[0]} is still there"], outcome)

    def kept_without_paths(self, cache: Cache, parts: Sequence[Part]) -> dict[str, int]:
        """Bytes that a program now says it still keeps, by part, where it alone knows: it may not have removed all."""
        if all(part.paths for part in parts):
            return {}
        try:
            return {part.name: part.frees for part in cache.parts(self.lookout)}
        except (Absent, Unknown):
            return {}

    def settle(self, part: Part, why: Iterable[str], outcome: Outcome) -> None:
        """Note whether it is gone."""
        reasons = list(why)
        if reasons:
            more = f", and {len(reasons) - 1} more" if len(reasons) > 1 else ""
            outcome.left[key(part)] = f"{reasons[0]}{more}"
        else:
            outcome.gone.append(key(part))


def root_of(path: str, roots: Iterable[str]) -> str | None:
    """The root that a path is strictly below, of several the deepest."""
    above = [root for root in roots if PurePosixPath(root) in PurePosixPath(path).parents]
    return max(above, key=len, default=None)


def refusal(done: Done) -> str:
    """Why a program did not do it; empty where it did."""
    if done.ok:
        return ""
    said = " ".join((done.err or done.out).split())[-300:]
    return f"{' '.join(done.argv[:3])} failed: {'it took too long' if done.timed_out else said}"
