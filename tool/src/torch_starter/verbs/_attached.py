"""`profile --attach` and `profile --hang`: processes that run already, looked at from outside. Neither stops nor changes them."""

from __future__ import annotations

import os
import re
import textwrap
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.later import Later
from torch_starter.core.problems import Interrupted
from torch_starter.core.processes import Done
from torch_starter.core.profile import Process, Profile, Stacks, Worker
from torch_starter.core.progress import Stage
from torch_starter.core.report import Finding, Report, Stop, Verdict
from torch_starter.looking import py_spy, speedscope, spent, stuck
from torch_starter.looking.look import Look, Reason, told
from torch_starter.verbs import _scratch, _spying
from torch_starter.verbs._seeing import PAUSE, Seeing
from torch_starter.verbs._spying import RATE, Spy

SECONDS = 10.0  # that a process is looked at
WAYS = (("--native", "--idle"), ("--nonblocking", "--idle"))
SHORT, WIDE = 48, 70  # columns of a terminal for a title beside its place, and for a sentence
STANDS = ("T", "t", "Z")  # of a process that spends no time on anything
UNKNOWN = ("unseen", "unknown")
WORKS = 0.01  # of a processor: other threads that work less are not told


@dataclass(frozen=True)
class Recorded:
    """What was seen of a process. `gil`: in which share of the looks somebody held the interpreter's lock; None: not known."""

    seen: Sequence[py_spy.Seen]
    native: bool
    seconds: float
    gil: float | None
    busy: dict[int, float]
    interrupted: bool


def attach(ask: Ask, process: int) -> Report:
    """Where a process that runs already spends its time; raises Problems where it cannot be looked at."""
    if _spying.status(ask, process).get("State", "")[:1] in STANDS:
        return hang(ask, process)
    spy = _spying.spy(ask)
    began, seeing = time.monotonic(), Seeing(spy, process)
    if not seeing.first(process).threads:
        raise _spying.refusal(ask, process, spy.threads(process, False, "")[1])
    with _scratch.scratch(ask.project.state) as (near, _):
        found = recorded(spy, seeing, near)
    if not found.seen:
        raise Interrupted if found.interrupted else _spying.refusal(ask, process, "it ended, or showed no stack of Python")
    main = [each for each in found.seen if each.process == process and each.thread == process] or found.seen
    profile = kept(ask, Profile(
        command=("--attach", str(process)),
        root=seeing.root(process),
        processes=processes(process, found),
        seconds=time.monotonic() - began,
    ))  # fmt: skip
    report = Report(command="profile", profile=profile, findings=list(spent.findings(main, found.native)))
    report.notes = notes(seeing, found)
    report.facts = ask.facts.as_dict()
    if found.interrupted:
        problem = Interrupted()
        report.stop, report.stop_exit_code = Stop(problem.code, problem.message, problem.remedy), problem.exit_code
    return report


def recorded(spy: Spy, seeing: Seeing, near: Path) -> Recorded:
    """Look for some seconds: with functions of C where they can be had; beside it, who holds the interpreter's lock."""
    before, began, root = ticks(seeing), time.monotonic(), seeing.root(seeing.process)
    interrupted, native, done = False, True, None
    with spy.ask.progress.stage(f"process {seeing.process}", SECONDS, "seconds") as stage:
        for ways in WAYS:
            native = "--native" in ways
            over = threading.Event()
            gil = Later(lambda over=over: held(spy, seeing.process, near, over))  # type: ignore[misc]
            try:
                done = watched(spy, seeing.process, near / "stacks", ways, stage)
            except KeyboardInterrupt:
                interrupted = True
            finally:
                over.set()
            share = gil.result()
            text = spy.ask.machine.files.read(near / "stacks") or ""
            seen = py_spy.seen(text, seeing.process, root)
            if seen or interrupted or (done is not None and py_spy.refused(done.err) == "permission"):
                break
    seconds = time.monotonic() - began
    rate = os.sysconf("SC_CLK_TCK") * seconds
    busy = {each: (now - before[each]) / rate for each, now in ticks(seeing).items() if each in before}
    return Recorded(seen, native, seconds, share, busy, interrupted)


def watched(spy: Spy, process: int, file: Path, ways: tuple[str, ...], stage: Stage) -> Done:
    """One recording, with how much is left of it."""
    clock = _spying.Clock(SECONDS, stage.to)
    return spy.record(process, SECONDS, file, ways, clock.tick)


def held(spy: Spy, process: int, near: Path, over: threading.Event) -> float | None:
    """In which share of looks a thread of the process held the interpreter's lock. It does not make the process stand still."""
    done = spy.record(process, SECONDS - 1, near / "gil", ("--gil", "--nonblocking"), over.is_set)
    text = spy.ask.machine.files.read(near / "gil")
    if text is None or not done.ok:
        return None
    count = sum(each.count for each in py_spy.seen(text, process) if each.process == process)
    return min(1.0, count / (RATE * min(SECONDS - 1, done.seconds)))


def ticks(seeing: Seeing) -> dict[int, int]:
    """What all threads of it and its children have computed, by their numbers."""
    return {thread: count for process in seeing.family for thread, count in seeing.ticks(process).items()}


def processes(process: int, found: Recorded) -> tuple[Process, ...]:
    """Each with its stacks, the one that was asked for first; a loader's workers as its own, where it has any."""
    by = {number: [each for each in found.seen if each.process == number] for number in {each.process for each in found.seen}}
    loading = sorted(number for number, seen in by.items() if number != process and any(map(loads, seen)))
    order = sorted((number for number in by if number not in loading), key=lambda each: (each != process, each))
    told = [one(number, rank, by[number], found) for rank, number in enumerate(order)]
    rows = tuple(worker(number, process, each, by[each], found) for number, each in enumerate(loading))
    return tuple(msgspec.structs.replace(each, workers=rows if each.process == process else ()) for each in told)


def loads(seen: py_spy.Seen) -> bool:
    """Whether it is a worker of a DataLoader."""
    return any(frame.function == "_worker_loop" for frame in seen.frames)


def one(number: int, rank: int, seen: Sequence[py_spy.Seen], found: Recorded) -> Process:
    """One process: with the stacks of its main thread, and of those that worked."""
    return Process(
        process=number,
        rank=rank,
        ended="attached",
        seconds=found.seconds,
        cpu=computed(seen, found),
        threads=len({each.thread for each in seen}),
        stacks=stacks(number, seen, found),
        sampler="py-spy",
    )


def worker(number: int, parent: int, process: int, seen: Sequence[py_spy.Seen], found: Recorded) -> Worker:
    """A process of a DataLoader."""
    told, cpu = stacks(process, seen, found), computed(seen, found)
    return Worker(number=number, process=process, parent=parent, batches=0, seconds=found.seconds, cpu=cpu, stacks=told)


def stacks(process: int, seen: Sequence[py_spy.Seen], found: Recorded) -> Stacks:
    """Of its main thread, and of others where these worked."""
    working = [each for each in seen if each.thread == process or found.busy.get(each.thread, 1.0) >= WORKS] or seen
    return py_spy.stacks(working, 1 / RATE, found.native, len({each.thread for each in working}) > 1)


def computed(seen: Sequence[py_spy.Seen], found: Recorded) -> float:
    """Seconds that its threads computed."""
    return sum(found.busy.get(thread, 0.0) for thread in {each.thread for each in seen}) * found.seconds


def kept(ask: Ask, profile: Profile) -> Profile:
    """Write its stacks for speedscope, the last that were looked at."""
    folder, name = ask.project.state / "profile" / "attached", "stacks.speedscope.json"
    ask.machine.files.write(folder / name, speedscope.text(profile.main.stacks, " ".join(profile.command)))
    return msgspec.structs.replace(profile, folder=str(folder), files={name: "stacks, for speedscope"})


def notes(seeing: Seeing, found: Recorded) -> list[str]:
    """How much it worked, who held the interpreter's lock, and what could not be seen."""
    main = found.busy.get(seeing.process)
    work = (
        f"Its main thread computed for {100 * min(1.0, main):.0f} % of the time and was idle for the rest"
        if main is not None
        else ""
    )
    gil = f"threads held the interpreter's lock (GIL) in {100 * found.gil:.0f} % of the looks" if found.gil is not None else ""
    words = "; ".join(each for each in (work, gil) if each)
    rows = [f"{words[:1].upper()}{words[1:]}."] if words else []
    if not found.native:
        rows.append("Functions of C could not be seen: what they take is counted for the line of Python that calls them.")
    return rows


def hang(ask: Ask, process: int) -> Report:
    """What a process is stuck on, or that it is not; raises Problems where it cannot be looked at."""
    state = _spying.status(ask, process)
    spy = _spying.spy(ask)
    began, seeing = time.monotonic(), Seeing(spy, process)
    with ask.progress.stage(f"process {process}", None, "seconds"):
        look = seeing.look()
    if not look.threads and state.get("State", "")[:1] not in ("Z", "D"):
        raise _spying.refusal(ask, process, spy.threads(process, False, "")[1])
    reason = stuck.reason(look)
    stacks = py_spy.moment(look.threads, PAUSE, len(look.threads) > 1)
    told_of = Process(process=process, ended="attached", seconds=PAUSE, stacks=stacks, sampler="py-spy")
    profile = Profile(
        command=("--hang", str(process)),
        root=seeing.root(process),
        processes=(told_of,),
        seconds=time.monotonic() - began,
    )
    report = Report(command="profile", profile=profile, findings=[finding(look, reason)])
    report.facts = ask.facts.as_dict()
    if reason.well:
        report.conclusion = f"it {reason.at}" if reason.word == "computing" else f"nothing is stuck: it {reason.at}"
    return report


def finding(look: Look, reason: Reason) -> Finding:
    """The answer: what it is stuck on, where, and what mends it."""
    whole = f"it {reason.does}"
    title = whole if len(whole) <= SHORT else re.split(r"[,:;(] ?(?:which |there |process )?", whole, maxsplit=1)[0].strip()
    lines = textwrap.wrap(whole, WIDE) if whole != title else []
    verdict: Verdict = "ok" if reason.well else "unknown" if reason.word in UNKNOWN else "warn"
    return Finding(
        id=f"profile.hang.{reason.word}",
        verdict=verdict,
        title=title,
        seen="\n".join([*lines, told(look)]),
        place=reason.place,
        remedy=reason.remedy,
    )
