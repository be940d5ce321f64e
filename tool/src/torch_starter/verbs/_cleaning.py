"""What `clean` would do, and does: the parts with their fates, the findings, and what came free."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from torch_starter.cleaning import use
from torch_starter.cleaning.doing import Cleaner, Outcome
from torch_starter.cleaning.plan import Fate, Key, key, plan
from torch_starter.cleaning.wishes import Wishes
from torch_starter.core.ask import Ask
from torch_starter.core.cached import Cached, Part, together
from torch_starter.core.problems import WrongUsage
from torch_starter.core.report import Change, Finding, Measurement
from torch_starter.core.units import human_size
from torch_starter.verbs._caches import Look
from torch_starter.verbs._verifying import many

MOST_NAMED = 3


def refuse_unknown(look: Look, wishes: Wishes) -> None:
    """Raise WrongUsage where a part is named that is not there."""
    known = {f"{part.cache}/{part.name}" for each in look.cached for part in each.parts}
    for name in wishes.only:
        if "/" in name and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"./dev.sh cache list --only {name.partition('/')[0]} names them"
            raise WrongUsage("cache.unknown", f"there is no {name!r}", hint)


def fates(look: Look, wishes: Wishes) -> list[Fate]:
    """What is to become of each part."""
    uses, libraries = use.look(), {cache.name: cache.users for cache in look.caches}
    parts = [part for each in look.cached for part in each.parts]
    users = {key(part): use.used_by(uses, part.paths, part.holds, libraries[part.cache]) for part in parts}
    return plan(parts, wishes, users, time.time())


def clean(ask: Ask, look: Look, going: Sequence[Part]) -> Outcome:
    """Remove what goes."""
    with ask.progress.stage("cleaning", float(sum(part.size for part in going)), "bytes") as stage:
        caches = {cache.name: cache for cache in look.caches}
        cleaner = Cleaner(look.lookout, caches, told=lambda done, name: stage.to(done, None, name))
        return cleaner.clean(going)


def free_bytes(look: Look) -> dict[int, int]:
    """The free bytes of each disk that a cache is on, by its device."""
    found = {}
    for root in (Path(path) for each in look.cached for path in each.paths if os.path.isdir(path)):
        device = os.stat(root).st_dev
        if device not in found:
            status = os.statvfs(root)
            found[device] = status.f_bfree * status.f_frsize
    return found


def with_fates(look: Look, known: Iterable[Fate], outcome: Outcome | None) -> list[Cached]:
    """The caches that were asked for, each part with what becomes, or became, of it."""
    told = {key(each.part): fated(each, outcome) for each in known}
    found = []
    for each in look.cached:
        parts = tuple(told[key(part)] for part in each.parts if key(part) in told)
        if parts or each.problem:
            found.append(msgspec.structs.replace(each, parts=parts))
    return found


def fated(fate: Fate, outcome: Outcome | None) -> Part:
    """A part with what becomes of it."""
    name = key(fate.part)
    if not fate.goes:
        return msgspec.structs.replace(fate.part, fate="stays", kept=fate.why)
    if outcome is None:
        return msgspec.structs.replace(fate.part, fate="goes")
    if name in outcome.gone:
        return msgspec.structs.replace(fate.part, fate="gone")
    return msgspec.structs.replace(fate.part, fate="stays", kept=outcome.left.get(name) or outcome.busy.get(name, ""))


def changes(caches: Iterable[Cached], done: bool) -> list[Change]:
    """A line for each cache of which something goes."""
    found = []
    for each in caches:
        going = [part for part in each.parts if part.fate in ("goes", "gone")]
        if going:
            was = f"{many(len(going), 'part')}, {human_size(sum(part.size for part in going))}"
            now = "removed" if done else "would be removed"
            found.append(Change(kind="file", name=each.name, was=was, now=now, why=cost(going)))
    return found


def cost(going: Iterable[Part]) -> str:
    """What it would cost to get all of it back."""
    back = together(part.back for part in going)
    words = [f"{human_size(back.bytes)} to fetch"] if back.bytes else []
    words += [f"{back.seconds:.0f} s{' or more' if back.partly else ''} to make"] if back.seconds else []
    return "cannot be had again" if back.cost == "lost" else " and ".join(words)


def findings(fates: Iterable[Fate], outcome: Outcome | None) -> Iterator[Finding]:
    """What is in use, and what could not be removed."""
    busy = {key(each.part): each.why for each in fates if each.used} | (outcome.busy if outcome else {})
    for cache, who in first_of_each(busy).items():
        remedy = "end it, or wait for it; then clean again"
        yield Finding(id=f"clean.{cache}", verdict="warn", title=f"{cache} is not in use", seen=who, remedy=remedy)
    for (cache, part), why in (outcome.left if outcome else {}).items():
        remedy = "look at it, and remove it by hand if it is to go"
        yield Finding(id=f"clean.{cache}", verdict="fail", title=f"{cache}: {part} is removed", seen=why, remedy=remedy)


def first_of_each(busy: dict[Key, str]) -> dict[str, str]:
    """A sentence for each cache: by whom which parts of it are in use."""
    found = {}
    for cache in dict.fromkeys(name for name, _ in busy):
        parts = [part for name, part in busy if name == cache]
        more = f" and {len(parts) - MOST_NAMED} more" if len(parts) > MOST_NAMED else ""
        found[cache] = f"{busy[cache, parts[0]]}: {', '.join(parts[:MOST_NAMED])}{more}"
    return found


def measurements(frees: int, outcome: Outcome | None, before: dict[int, int], after: dict[int, int]) -> list[Measurement]:
    """The bytes that would come free; or those that did, by the files that went and by what the disks say that are known."""
    if outcome is None:
        return [Measurement(name="would-free", unit="bytes", samples=(float(frees),))]
    freed = Measurement(name="freed", unit="bytes", samples=(float(outcome.bytes),))
    disks = [float(after[device] - free) for device, free in before.items() if device in after]
    return [freed, *([Measurement(name="freed-by-disks", unit="bytes", samples=(sum(disks),))] if disks else [])]


def notes(going: Sequence[Part], outcome: Outcome | None) -> list[str]:
    """What to know besides."""
    if outcome is not None:
        return []
    if not going:
        return ["There is nothing to remove. Nothing was changed."]
    shared = any(part.frees < part.size for part in going)
    linked = ["What is linked to by something that stays frees no space."] if shared else []
    return [*linked, "Nothing was changed: --yes does it."]


def conclusion(frees: int, outcome: Outcome | None, measured: Sequence[Measurement]) -> str:
    """The last line."""
    if outcome is None:
        return f"{human_size(frees)} would come free"
    disks = "".join(f"; by the disks {human_size(each.samples[0])}" for each in measured if each.name == "freed-by-disks")
    left = f"; {many(len(outcome.left), 'part')} could not be removed" if outcome.left else ""
    return f"{human_size(outcome.bytes)} freed in {outcome.files:,} files{disks}{left}"
