"""Holding what is cached against its checksums, by several threads; and removing what does not hold."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from torch_starter.core.ask import Ask
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout
from torch_starter.core.probing import usable_cpus
from torch_starter.core.report import Finding
from torch_starter.core.sealed import Broken, Seal, Sealed, broken
from torch_starter.core.units import human_size

MOST_READERS = 8  # threads: hashing lets others run meanwhile, and more only wait for the disk
LOOKS_EVERY = 0.2  # seconds from one word of progress to the next
NAMED = 2  # files that are named of what is damaged

Job = tuple[int, Seal]


@dataclass(frozen=True)
class Judged:
    """What was found of one thing that is mended as one."""

    sealed: Sealed
    broken: tuple[Broken, ...]

    @property
    def damaged(self) -> bool:
        return any(not each.unread for each in self.broken)


@dataclass
class Readers:
    """Threads that read files until none waits. `read` are the bytes by now."""

    waiting: SimpleQueue[Job]
    found: dict[int, list[Broken]] = field(default_factory=dict)
    read: int = 0
    stopped: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> None:
        """What each of the threads does."""
        with contextlib.suppress(Empty):
            while not self.stopped:
                number, seal = self.waiting.get_nowait()
                if result := broken(seal, self.count):
                    with self._lock:
                        self.found.setdefault(number, []).append(result)

    def count(self, bytes: int) -> None:
        with self._lock:
            self.read += bytes


def sealed_of(lookout: Lookout, caches: Iterable[Cache]) -> tuple[list[Sealed], list[Finding]]:
    """What has checksums, and a finding for each cache that has none, or could not be looked into."""
    sealed: list[Sealed] = []
    findings: list[Finding] = []
    for cache in caches:
        lookout = replace(lookout, shut={})
        try:
            if cache.sealed is not None:
                sealed += cache.sealed(lookout)
                findings += closed(cache, lookout)
            elif any(root.exists() for root in cache.roots(lookout)):
                seen = "it keeps no checksums of what is in it"
                findings.append(Finding(id=cache.name, verdict="skip", title=cache.title, seen=seen))
        except Absent:
            continue
        except (Unknown, OSError) as reason:
            findings.append(Finding(id=cache.name, verdict="unknown", title=cache.title, seen=str(reason)))
    return sealed, findings


def closed(cache: Cache, lookout: Lookout) -> Iterator[Finding]:
    """One for what is there and cannot be looked into: what is in it was not seen."""
    roots = list(cache.roots(lookout))
    shut = sorted(lookout.closed(roots).items())
    for path, why in shut[:1]:
        more = f", nor can {len(shut) - 1} more" if len(shut) > 1 else ""
        below = next((Path(path).relative_to(root).parts for root in roots if Path(path).is_relative_to(root)), (path,))
        yield Finding(
            id=".".join((cache.name, *below)),
            verdict="unknown",
            title=cache.title,
            seen=f"{path} cannot be looked into: {why}{more}",
            remedy=f"let your user read it: ls -ld {shlex.quote(path)} tells whose it is",
        )


def judge(ask: Ask, sealed: Sequence[Sealed]) -> list[Judged]:
    """Read all files, the largest first, so that no thread is left with one at the end."""
    jobs = [(number, seal) for number, each in enumerate(sealed) for seal in each.seals]
    sizes = [size_of(seal) for _, seal in jobs]
    waiting = SimpleQueue[Job]()
    for place in sorted(range(len(jobs)), key=lambda place: -sizes[place]):
        waiting.put(jobs[place])
    readers = Readers(waiting)
    with ask.progress.stage("checking", sum(sizes), "bytes") as stage:
        threads = [threading.Thread(target=readers.work, daemon=True) for _ in range(min(MOST_READERS, 2 * usable_cpus()))]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(LOOKS_EVERY)
                    stage.to(readers.read, sum(sizes), f"{len(jobs) - waiting.qsize()} of {len(jobs)} files")
        finally:
            readers.stopped = True
    return [Judged(each, result(each, readers.found.get(number, ()))) for number, each in enumerate(sealed)]


def size_of(seal: Seal) -> int:
    """The bytes that are to be read."""
    try:
        return seal.size if seal.size >= 0 else os.stat(seal.path).st_size
    except OSError:
        return 0


def result(sealed: Sealed, found: Sequence[Broken]) -> tuple[Broken, ...]:
    """What is broken of it; not what was removed meanwhile: as a whole, or a file that we know of because it was there.

    Of what may not be read nobody knows whether it still is there.
    """
    there = {seal.path for seal in sealed.seals if seal.size < 0}
    kept = [each for each in found if each.unread or each.path not in there or os.path.lexists(each.path)]
    return tuple(sorted(kept)) if os.path.exists(sealed.root) else ()


def findings(cache: Cache, judged: Sequence[Judged]) -> Iterator[tuple[Finding, Judged | None]]:
    """One for all of a cache that holds, and one with each part that does not, or could not be read."""
    well = [each for each in judged if not each.broken]
    if well or not judged:
        seen = whole(well) if well else "nothing with a checksum is in it"
        yield Finding(id=cache.name, verdict="ok" if well else "skip", title=cache.title, seen=seen), None
    for each in judged:
        if each.broken:
            yield finding(cache, each), each


def whole(well: Sequence[Judged]) -> str:
    """How much holds."""
    seals = [seal for each in well for seal in each.sealed.seals]
    return f"{many(len(seals), 'file')} of {many(len(well), 'part')} hold, {human_size(sum(map(size_of, seals)))}"


def finding(cache: Cache, judged: Judged) -> Finding:
    """What is wrong with one part."""
    chosen = [each for each in judged.broken if not each.unread] or list(judged.broken)
    named = ", ".join(f"{short(judged.sealed, each.path)}: {each.what}" for each in chosen[:NAMED])
    more = f" and {len(chosen) - NAMED} more" if len(chosen) > NAMED else ""
    again = f"./dev.sh cache verify --only {cache.name} --fix; then {judged.sealed.mend}"
    return Finding(
        id=f"{cache.name}.{judged.sealed.part.replace(' ', '-')}",
        verdict="fail" if judged.damaged else "unknown",
        title=judged.sealed.part,
        seen=f"{len(chosen)} of {many(len(judged.sealed.seals), 'file')}: {named}{more}",
        wanted="as its checksum says",
        remedy=again if judged.damaged else f"let your user read {chosen[0].path}",
        fixable=judged.damaged,
    )


def short(sealed: Sealed, path: str) -> str:
    """A path below what it is part of, without most of a hash."""
    return re.sub(r"[0-9a-f]{40,}", lambda found: f"{found[0][:12]}…", path.removeprefix(f"{sealed.root}/"))


def many(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
