"""A process and all that it started, as Linux and py-spy tell of them now. Nothing of them is changed."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from torch_starter.core.files import Files
from torch_starter.looking import proc, py_spy
from torch_starter.looking.look import Look
from torch_starter.verbs._spying import Spy

PAUSE = 1.0  # seconds between two looks: what computes shows that it does
MOST = 24  # processes that are looked at; the rest are like them
LETTERS = ("T", "t", "D", "Z")  # of processes that do not answer, and are not made to
NAMES = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
PIPES = ("read", "write")

Threads = tuple[py_spy.Thread, ...]


@dataclass(frozen=True)
class First:
    """What was seen of a process by the first look: which system calls, how long it had computed, and its stacks."""

    calls: Mapping[int, proc.Call]
    ticks: Mapping[int, int]
    faults: int
    threads: Threads
    refused: str


@dataclass(frozen=True)
class Seeing:
    """Looks at a process and its children, twice."""

    spy: Spy
    process: int

    @property
    def files(self) -> Files:
        return self.spy.ask.machine.files

    @cached_property
    def parents(self) -> dict[int, int]:
        """The parent of each process of this machine."""
        found = {}
        for path in Path("/proc").iterdir():
            words = (self.text(int(path.name), "stat") or "").rpartition(")")[2].split() if path.name.isdigit() else []
            if len(words) > 1:
                found[int(path.name)] = int(words[1])
        return found

    @cached_property
    def family(self) -> list[int]:
        """It and all that it started, itself first."""
        found = [self.process]
        for each in found:  # which grows meanwhile
            found += [child for child, parent in sorted(self.parents.items()) if parent == each and child not in found]
        return found[:MOST]

    def text(self, process: int, name: str) -> str | None:
        return self.files.read(Path(f"/proc/{process}/{name}"))

    def look(self) -> Look:
        """The process with its children, looked at twice."""
        first = self.firsts(native=True)
        threading.Event().wait(PAUSE)
        again, _ = self.spy.threads(self.process, False, self.root(self.process)) if first[self.process].threads else ((), "")
        return self.whole(self.process, first, again)

    def firsts(self, native: bool) -> dict[int, First]:
        """The first look at each of them; to see functions of C they stand still for half a second, for the names of these."""
        return {each: self.first(each, native) for each in self.family}

    def first(self, process: int, native: bool) -> First:
        """System calls before stacks: to look at these ends some of them, which begin again."""
        calls = {each: proc.call(self.text(process, f"task/{each}/syscall"), platform.machine()) for each in self.tasks(process)}
        state = proc.fields(self.text(process, "status"))
        waiting = state.get("State", "S")[:1]
        still = waiting in LETTERS or state.get("TracerPid", "0") != "0"
        found, error = self.spy.threads(process, native and not still, self.root(process)) if waiting != "Z" else ((), "")
        ticks, faults = self.ticks(process), proc.faults(self.text(process, "stat"))
        return First(calls, ticks, faults, found, error)

    def whole(self, process: int, first: Mapping[int, First], again: Threads) -> Look:
        """One process, with those that it started."""
        told, before = proc.fields(self.text(process, "status")), first[process]
        used, rate = self.ticks(process), os.sysconf("SC_CLK_TCK") * PAUSE
        opened, parent = self.opened(process), self.parents.get(process, 0)
        children = tuple(self.whole(each, first, ()) for each in self.family[1:] if self.parents.get(each) == process)
        return Look(
            process,
            command=self.command(process),
            state=told.get("State", "Z")[:1],
            threads=before.threads,
            calls=before.calls,
            busy={each: (used[each] - ticks) / rate for each, ticks in before.ticks.items() if each in used},
            moves=bool(again) and again[0].python != before.threads[0].python,
            files=opened,
            peers={**proc.peers(self.text(process, "net/tcp")), **proc.peers(self.text(process, "net/tcp6"))},
            sources=self.sources(process, before.threads),
            variables=self.variables(process),
            tracer=self.tracer(told),
            refused=py_spy.why(before.refused),
            forked=self.command(process) == self.command(parent),
            resident=proc.kilobytes(told.get("VmRSS", "")),
            swapped=proc.kilobytes(told.get("VmSwap", "")),
            faults=proc.faults(self.text(process, "stat")) - before.faults,
            holders=self.holders(before, opened),
            ranks=self.ranks(process),
            ends=self.ends(before, opened),
            children=children,
        )

    def tasks(self, process: int) -> list[int]:
        """Its threads."""
        try:
            return [int(path.name) for path in Path(f"/proc/{process}/task").iterdir()]
        except OSError:
            return []

    def ticks(self, process: int) -> dict[int, int]:
        return {each: proc.ticks(self.text(process, f"task/{each}/stat")) for each in self.tasks(process)}

    def root(self, process: int) -> str:
        """The folder that it is in."""
        try:
            return os.readlink(f"/proc/{process}/cwd")
        except OSError:
            return ""

    def command(self, process: int) -> str:
        """Its words."""
        return (self.text(process, "cmdline") or "").replace("\0", " ").strip() or (self.text(process, "comm") or "").strip()

    def variables(self, process: int) -> dict[str, str]:
        """Of its variables those of a training of several ranks, and no other."""
        found = proc.variables(self.text(process, "environ"))
        return {name: found[name] for name in NAMES if name in found}

    def tracer(self, told: Mapping[str, str]) -> str:
        number = told.get("TracerPid", "0")
        name = (self.text(int(number), "comm") or "").strip() if number.isdigit() and number != "0" else ""
        return f"{name or 'a debugger'} (process {number})" if number != "0" else ""

    def opened(self, process: int) -> dict[int, str]:
        """What its files are, by their numbers."""
        found = {}
        try:
            for path in Path(f"/proc/{process}/fd").iterdir():
                found[int(path.name)] = os.readlink(path)
        except OSError:  # it ends meanwhile, or may not be seen
            return found
        return found

    def sources(self, process: int, threads: Threads) -> dict[str, str]:
        """The user's files that its threads are in, as the process itself sees them."""
        names, found = {frame.file for each in threads for frame in each.frames if frame.own}, {}
        for name in names:
            text = self.files.read(Path(f"/proc/{process}/root") / (Path(self.root(process)) / name).relative_to("/"))
            if text is not None:
                found[name] = text
        return found

    def ranks(self, process: int) -> dict[int, int]:
        """The processes of the same training on this machine, by rank."""
        own = self.variables(process)
        if "WORLD_SIZE" not in own:
            return {}
        found = {}
        for each in self.parents:
            told = self.variables(each)
            same = all(told.get(name) == own.get(name) for name in ("MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE"))
            if same and told.get("RANK", "").isdigit() and self.variables(self.parents[each]).get("RANK") != told["RANK"]:
                found[int(told["RANK"])] = each
        return found

    def waiting(self, first: First, names: tuple[str, ...], opened: Mapping[int, str]) -> set[str]:
        """The files that its threads are at in these system calls."""
        return {opened[each.first] for each in first.calls.values() if each.name in names and each.first in opened}

    def holders(self, first: First, opened: Mapping[int, str]) -> dict[str, str]:
        """Who holds the locks of files that are waited for."""
        found = {}
        for name in self.waiting(first, ("flock", "fcntl"), opened):
            path = Path(name)
            number = proc.locked_by(self.files.read(Path("/proc/locks")), str(path.stat().st_ino)) if path.exists() else None
            if number is not None:
                found[name] = f"process {number} ({self.command(number)[:60]})"
        return found

    def ends(self, first: First, opened: Mapping[int, str]) -> dict[str, tuple[int, ...]]:
        """Who has the pipes open that are waited for."""
        names = {name for name in self.waiting(first, PIPES, opened) if name.startswith("pipe:")}
        if not names:
            return {}
        having = {each: set(self.opened(each).values()) for each in sorted(self.parents)}
        return {name: tuple(each for each, all_of in having.items() if name in all_of) for name in names}
