"""Looking at caches: all of them, or those that are asked for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torch_starter.core import hits
from torch_starter.core.ask import Ask
from torch_starter.core.cached import Cached, Part
from torch_starter.core.catalog import collect
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout
from torch_starter.core.problems import WrongUsage
from torch_starter.core.tree import together


@dataclass(frozen=True)
class Look:
    """What was found, and from where."""

    lookout: Lookout
    caches: tuple[Cache, ...]
    cached: list[Cached]


def asked_for(names: Sequence[str]) -> tuple[Cache, ...]:
    """The caches of these names, or all; raises WrongUsage for one that is not known."""
    known = {cache.name: cache for cache in collect("caches", Cache)}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"one of: {', '.join(known)}"
            raise WrongUsage("cache.unknown", f"there is no cache {name!r}", hint)
    return tuple(known[name] for name in names) if names else tuple(known.values())


def look(ask: Ask, names: Sequence[str]) -> Look:
    """Look at what is in them. Those that are empty are told only where they are asked for by name."""
    caches = asked_for(names)
    with ask.progress.stage("looking at caches", None, "things") as stage:
        before = 0

        def seen(files: int) -> None:
            stage.to(before + files, None, f"{before + files} files")

        lookout = Lookout(ask.project, ask.machine, ask.spec, seen)
        found = []
        for cache in caches:
            found.append(cached(cache, lookout))
            before += found[-1].files
    kept = [each for each in found if each.parts or each.problem or names]
    return Look(lookout, caches, kept)


def cached(cache: Cache, lookout: Lookout) -> Cached:
    """One cache with its parts, the largest first."""
    paths = tuple(str(path) for path in cache.roots(lookout))
    try:
        parts = sorted(cache.parts(lookout), key=lambda part: -part.size)
    except Absent:
        return Cached(name=cache.name, title=cache.title, paths=paths)
    except (Unknown, OSError) as reason:
        return Cached(name=cache.name, title=cache.title, paths=paths, problem=str(reason))
    return Cached(
        name=cache.name,
        title=cache.title,
        paths=paths,
        parts=tuple(parts),
        size=size(lookout, parts),
        hits=hits.hits(lookout.project, lookout.machine.files, cache.name),
        problem=left(lookout, parts),
    )


def size(lookout: Lookout, parts: Iterable[Part]) -> int:
    """Bytes of all together: a file that several parts have a name of counts once. What a tool keeps is as it says."""
    measured = [lookout.trees[part.cache, part.name] for part in parts if (part.cache, part.name) in lookout.trees]
    return together(measured).size + sum(part.size for part in parts if (part.cache, part.name) not in lookout.trees)


def left(lookout: Lookout, parts: Iterable[Part]) -> str:
    """What could not be looked into."""
    trees = [lookout.trees[part.cache, part.name] for part in parts if (part.cache, part.name) in lookout.trees]
    folders = [folder for tree in trees for folder in tree.left]
    more = f" and {len(folders) - 1} more" if len(folders) > 1 else ""
    return f"not looked into: {folders[0]}{more}" if folders else ""
