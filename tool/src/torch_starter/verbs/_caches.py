"""Looking at caches: all of them, or those that are asked for."""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import msgspec

from torch_starter.cleaning.doing import LEFT
from torch_starter.core import hits
from torch_starter.core.ask import Ask
from torch_starter.core.cached import Back, Cached, Part
from torch_starter.core.catalog import collect
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout
from torch_starter.core.problems import Missing, WrongUsage
from torch_starter.core.removal import ASIDE
from torch_starter.core.report import Finding
from torch_starter.core.tree import together
from torch_starter.facts.mounts import mounts
from torch_starter.making import uv

STOPPED = re.compile(re.escape(ASIDE) + r"(?P<process>[0-9]+)-[0-9a-f]{16}")
MOUNTED = "another file system is mounted in it"


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
    points, roots = {each.point for each in mounts(ask.machine.files)} - {"/"}, set[Path]()
    with ask.progress.stage("looking at caches", None, "things") as stage:
        before = 0

        def seen(files: int) -> None:
            stage.to(before + files, None, f"{before + files:,} files")

        lookout = Lookout(ask.project, ask.machine, ask.spec, seen, tools=tools(ask))
        found = []
        for cache in caches:
            found.append(cached(cache, lookout, points, roots))
            before += found[-1].files
    kept = [each for each in found if each.parts or each.problem or names]
    return Look(lookout, caches, kept)


def tools(ask: Ask) -> dict[str, Path]:
    """The programs that keep a cache themselves, as far as they are there."""
    try:
        return {"uv": uv.find(ask.project, ask.machine.variables)}
    except Missing:
        return {}


def cached(cache: Cache, lookout: Lookout, points: Iterable[str], roots: set[Path]) -> Cached:
    """One cache with its parts, the largest first. `roots`: those of the caches that were looked at before."""
    lookout = replace(lookout, shut={})
    here = list(cache.roots(lookout))
    paths = tuple(map(str, here))
    if why := unusable(cache, here, lookout):
        return Cached(name=cache.name, title=cache.title, paths=paths, problem=why)
    try:
        parts = [*cache.parts(lookout), *stopped(cache, here, lookout, roots)]
    except Absent:
        return Cached(name=cache.name, title=cache.title, paths=paths)
    except (Unknown, OSError) as reason:
        return Cached(name=cache.name, title=cache.title, paths=paths, problem=str(reason))
    return Cached(
        name=cache.name,
        title=cache.title,
        paths=paths,
        parts=tuple(held(part, lookout, points) for part in sorted(parts, key=lambda part: -part.size)),
        size=size(lookout, parts),
        hits=hits.hits(lookout.project, lookout.machine.files, cache.name),
        problem=left(lookout, here, parts),
    )


def unusable(cache: Cache, roots: Iterable[Path], lookout: Lookout) -> str:
    """Why a cache is not looked at: something else is in its place, or its folder holds far more than a cache."""
    personal = {lookout.home, lookout.project.root}
    wide = {str(Path(os.path.realpath(above))) for each in personal for above in (each, *each.parents)}
    for root in roots:
        try:
            if root.is_symlink() and os.lstat(root).st_uid not in (0, os.geteuid()):
                return f"{root} is a link that another user has made"  # in /tmp anybody may, to anything of yours
            if os.path.lexists(root) and not stat.S_ISDIR(os.stat(root).st_mode):
                return f"{root} is a file, and no folder"
        except OSError as error:
            return f"{root} cannot be looked at: {error.strerror}"
        if not cache.in_project and os.path.realpath(root) in wide:
            return f"{root} holds more than a cache: give it a folder of its own"
    return ""


def stopped(cache: Cache, here: Iterable[Path], lookout: Lookout, roots: set[Path]) -> Iterator[Part]:
    """What a removal that was killed has left in the roots, each of which is asked once."""
    fresh = [root for root in here if root not in roots]
    roots.update(fresh)
    left = [path for root in fresh for path in asides(root)]
    if left:
        yield lookout.part(cache.name, LEFT, left, Back("nothing"))


def asides(root: Path) -> list[Path]:
    """The left-overs of processes that are no more."""
    try:
        names = [(entry.name, found) for entry in os.scandir(root) if (found := STOPPED.fullmatch(entry.name))]
    except OSError:
        return []
    return [root / name for name, found in names if not Path(f"/proc/{found['process']}").exists()]


def held(part: Part, lookout: Lookout, points: Iterable[str]) -> Part:
    """A part in which something else is mounted stays."""
    tree = lookout.trees.get((part.cache, part.name))
    real = [os.path.realpath(path) for path in part.paths[:1000]]
    inside = any(point == path or point.startswith(f"{path}/") for point in points for path in real)
    if part.kept or not (inside or (tree and tree.mounts)):
        return part
    return msgspec.structs.replace(part, kept=MOUNTED)


def size(lookout: Lookout, parts: Iterable[Part]) -> int:
    """Bytes of all together: a file that several parts have a name of counts once. What a tool keeps is as it says."""
    whole = [part for part in parts if not part.within]
    measured = [lookout.trees[part.cache, part.name] for part in whole if (part.cache, part.name) in lookout.trees]
    return together(measured).size + sum(part.size for part in whole if (part.cache, part.name) not in lookout.trees)


def frees(lookout: Lookout, parts: Sequence[Part]) -> int:
    """Bytes that come free when these go together: a file of which all names go with them."""
    trees = [lookout.trees[part.cache, part.name] for part in parts if (part.cache, part.name) in lookout.trees]
    return together(trees).frees + sum(part.frees for part in parts if (part.cache, part.name) not in lookout.trees)


def left(lookout: Lookout, roots: Iterable[Path], parts: Iterable[Part]) -> str:
    """What could not be looked into: what that is in is told, and not each thing in it."""
    trees = [lookout.trees[part.cache, part.name] for part in parts if (part.cache, part.name) in lookout.trees]
    shut = dict.fromkeys([*lookout.closed(roots), *(folder for tree in trees for folder in tree.left)])
    folders = [path for path in shut if shut.keys().isdisjoint(map(str, PurePath(path).parents))]
    more = f" and {len(folders) - 1} more" if len(folders) > 1 else ""
    return f"not looked into: {folders[0]}{more}" if folders else ""


def unseen(cached: Cached) -> Finding:
    """What could not be looked at, as a finding."""
    title = f"{cached.title} can be looked at"
    remedy = f"see to {cached.paths[0]}" if cached.paths else ""
    return Finding(id=f"caches.{cached.name}", verdict="unknown", title=title, seen=cached.problem, remedy=remedy)
