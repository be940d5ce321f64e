"""`profile --attach` and `profile --hang`: processes that run already, looked at from outside. Neither stops nor changes them."""

from __future__ import annotations

import os
import re
import textwrap
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.later import Later
from torch_starter.core.problems import Interrupted
from torch_starter.core.processes import Done
from torch_starter.core.profile import Process, Profile
from torch_starter.core.progress import Stage
from torch_starter.core.report import Finding, Report, Stop, Verdict
from torch_starter.looking import py_spy, speedscope, spent, stuck
from torch_starter.looking.attached import Recorded, processes
from torch_starter.looking.look import Look, Reason, told
from torch_starter.verbs import _scratch, _spying
from torch_starter.verbs._seeing import PAUSE, First, Seeing

SECONDS = 10.0  # that a process is looked at
RATE = 25  # looks a second, at most
STILL = 0.1  # of the time that processes may stand still, at most
FRAME = 100e-6  # seconds that a frame of Python, with those of C below it, was measured to take, where processors were busy
WAYS = (("--native", "--idle"), ("--nonblocking", "--idle"))
SHORT, WIDE = 48, 70  # columns of a terminal for a title beside its place, and for a sentence
STANDS = ("T", "t", "Z")  # of a process that spends no time on anything
UNKNOWN = ("unseen", "unknown")


def attach(ask: Ask, process: int) -> Report:
    """Where a process that runs already spends its time; raises Problems where it cannot be looked at."""
    if _spying.status(ask, process).get("State", "")[:1] in STANDS:
        return hang(ask, process)
    spy = _spying.spy(ask)
    began, seeing = time.monotonic(), Seeing(spy, process)
    with _scratch.scratch(ask.project.state) as (near, _), ask.progress.stage(f"process {process}", SECONDS, "seconds") as stage:
        first = seeing.firsts(native=False)
        if not first[process].threads:
            raise _spying.refusal(ask, process, spy.threads(process, False, "")[1])
        found = recorded(Recording(seeing, near, stage, rate(first)))
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


def rate(first: Mapping[int, First]) -> int:
    """Looks a second: as many as leave the processes most of their time, since each makes them stand still for a moment."""
    frames = sum(len(thread.frames) for each in first.values() for thread in each.threads)
    return max(1, min(RATE, round(STILL / (frames * FRAME)))) if frames else RATE


@dataclass(frozen=True)
class Recording:
    """Looking for some seconds: what, where py-spy's files go, and how often a second."""

    seeing: Seeing
    near: Path
    stage: Stage
    rate: int

    def looked(self, ways: tuple[str, ...]) -> Done | None:
        """Each thread's stacks, into a file, with how much is left of it; None where we were interrupted."""
        clock = _spying.Clock(SECONDS, self.stage.to)
        try:
            return self.seeing.spy.record(self.seeing.process, self.rate, SECONDS, self.near / "stacks", ways, clock.tick)
        except KeyboardInterrupt:
            return None

    def held(self, over: threading.Event) -> float | None:
        """In which share of looks a thread held the interpreter's lock. It does not make the process stand still."""
        ways, seconds, process = ("--gil", "--nonblocking"), SECONDS - 1, self.seeing.process
        done = self.seeing.spy.record(process, self.rate, seconds, self.near / "gil", ways, over.is_set)
        count = sum(each.count for each in self.seen("gil") if each.process == process)
        return min(1.0, count / (self.rate * min(seconds, done.seconds))) if done.ok else None

    def seen(self, name: str) -> list[py_spy.Seen]:
        """What is in a file."""
        text = self.seeing.files.read(self.near / name) or ""
        return py_spy.seen(text, self.seeing.process, self.seeing.root(self.seeing.process))


def recorded(recording: Recording) -> Recorded:
    """With functions of C where they can be had; beside it, who holds the interpreter's lock."""
    before, began = ticks(recording.seeing), time.monotonic()
    for ways in WAYS:
        over = threading.Event()
        gil = Later(partial(recording.held, over))
        done = recording.looked(ways)
        over.set()
        share, seen = gil.result(), recording.seen("stacks")
        if seen or done is None or py_spy.refused(done.err) == "permission":
            break
    seconds = time.monotonic() - began
    whole = os.sysconf("SC_CLK_TCK") * seconds
    busy = {each: (now - before[each]) / whole for each, now in ticks(recording.seeing).items() if each in before}
    return Recorded(seen, "--native" in ways, seconds, share, recording.rate, busy, interrupted=done is None)


def ticks(seeing: Seeing) -> dict[int, int]:
    """What all threads of it and its children have computed, by their numbers."""
    return {thread: count for process in seeing.family for thread, count in seeing.ticks(process).items()}


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
