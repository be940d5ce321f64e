"""What `profile` and `memory-profile` do: one run that is looked at from inside, and what follows from it."""

from __future__ import annotations

import json
import os
import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Profiler
from torch_starter.core.problems import CommandFailed, CouldNotLook, Interrupted, Problem, WrongUsage
from torch_starter.core.processes import Done
from torch_starter.core.profile import Profile
from torch_starter.core.progress import Stage
from torch_starter.core.report import Report
from torch_starter.making.overlay import Overlay, overlay
from torch_starter.making.variables import cache_path
from torch_starter.tuning.command import script
from torch_starter.verbs import _memory, _profiled, _scratch, _watched
from torch_starter.verbs._trials import TAIL

SECONDS = 8.0  # of steps that are looked at
START = 15.0  # seconds until a script steps, about, before it is known
GENTLE = 10.0  # seconds that a script gets to end, and to tell what was seen, where we are interrupted
AFTER = 20.0  # seconds for other ranks, when one has told
USES: dict[str, tuple[str, ...]] = {"time": (), "memory": ("memray",)}

OPTIONS = ("--html", "--markdown", "--json", "--attach", "--hang", "--python", "--native")

Of = Literal["time", "memory"]


def profile(ask: Ask, of: Of) -> Report:
    """Run, read, advise; raises Problems where there is nothing to look at."""
    steps = number(ask, "steps") if ask.text("steps") is not None else 0
    job = _watched.job(ask)
    beside = packages(ask, job.python, of)
    began = time.monotonic()
    _scratch.sweep(ask.project.state)
    with _scratch.scratch(ask.project.state) as (near, aside):
        run = Run(ask, job, near, began)
        with ask.progress.stage("profile" if of == "time" else "memory-profile", None, "seconds") as stage:
            done = run.start(asked(ask, job, aside, of, steps, beside), stage)
            processes = _watched.processes(near, job)
            if of == "memory":
                processes = [_memory.read(ask, job, near, each, beside) for each in processes]
        if not processes:
            raise Interrupted if done is None else nothing(job, done)
        found = Profile(
            of=of,
            command=job.argv,
            script=script(job.argv, job.folder),
            root=str(job.folder),
            code=None if done is None else done.code,
            said=tail(done) if done is not None else "",
            processes=tuple(processes),
            seconds=time.monotonic() - began,
            missing=beside.missing,
        )
        found = _profiled.kept(ask, _profiled.traced(found, near), near)
    return _profiled.report(ask, found, stopped(ask, job, found, done))


@dataclass(frozen=True)
class Run:
    """One run of the script. `began`: by the clock that does not go back."""

    ask: Ask
    job: _watched.Job
    near: Path
    began: float

    def start(self, request: dict[str, Any], stage: Stage) -> Done | None:
        """Run it until it has told what was seen, or comes to its end; None where we were interrupted, and it ended first."""
        path = self.near / "request.json"
        self.ask.machine.files.write(path, json.dumps(request))
        variables = _watched.variables(self.job, path, self.near)
        try:
            return self.ask.machine.processes.run(
                self.job.argv, env=variables, cwd=self.job.folder, until=lambda: self.enough(stage), gentle=GENTLE
            )
        except KeyboardInterrupt:
            return None

    def enough(self, stage: Stage) -> bool:
        """Whether all that step have told; and how far it is, for who waits."""
        now = time.monotonic() - self.began
        marks = list(self.near.glob("mark-*.json"))
        stepping = min(
            (path.stat().st_ctime for path in marks if "a step" in (self.ask.machine.files.read(path) or "")), default=0.0
        )
        if stepping:
            ended = now - (time.time() - stepping)  # when it stepped first, in our seconds
            stage.to(now, max(now, ended + SECONDS + START / 4), "steps")
        else:
            stage.to(now, None, "the script starts" if not marks else "no step yet: Ctrl-C tells what was seen by then")
        told = list(self.near.glob("profile-*.json"))
        return bool(told) and time.time() - max(path.stat().st_mtime for path in told) > AFTER


def number(ask: Ask, name: str) -> int:
    """The whole number of an option; raises WrongUsage."""
    given = ask.text(name) or ""
    if not given.isdigit() or not int(given):
        raise WrongUsage(f"profile.{name}", f"{given!r} is no whole number above 0", f"give one, such as --{name} 100")
    return int(given)


def packages(ask: Ask, python: Path, of: Of) -> Overlay:
    """What looks inside, beside the environment where that lacks it."""
    wanted = [each for each in collect("profilers", Profiler) if each.name in USES[of]]
    return overlay(ask, python, wanted)


def asked(ask: Ask, job: _watched.Job, aside: Path, of: Of, steps: int, beside: Overlay) -> dict[str, Any]:
    """The request, as harness/begin.py reads it."""
    home = ask.machine.variables.get("HOME", "/")
    caches = [str(cache_path(each, ask.project, home)) for each in ask.spec.caches.values() if each.variable]
    return {
        "course": "profile" if of == "time" else "memory",
        "turns": job.turns,
        "steps": steps,
        "seconds": SECONDS,
        "overlay": str(beside.folder or ""),
        "native": ask.flag("native"),
        "tool": os.getpid(),
        "aside": str(aside),
        "through": [*caches, str(ask.project.state)],
    }


def tail(done: Done) -> str:
    """The last lines that it said."""
    return "\n".join((done.err.strip() or done.out.strip()).splitlines()[-TAIL:])


def nothing(job: _watched.Job, done: Done) -> Problem:
    """Why there is no answer."""
    if done.missing:
        return WrongUsage("run.missing", f"it cannot be started: {done.err}", "give the path of a script")
    if not done.ok:
        return CommandFailed("profile.command", f"{job.words} ended with {done.code}:\n{tail(done)}", "see it: ./dev.sh run -- …")
    why = "python -I, -E and -S keep us out, and so does a script that ends by os._exit before it has stepped"
    return CouldNotLook("profile.silent", f"{job.words} ended, and told nothing of itself: {why}", "start it without them")


def stopped(ask: Ask, job: _watched.Job, found: Profile, done: Done | None) -> Problem | None:
    """What is said beside what was seen: that we were interrupted, or that the script failed."""
    if done is None:
        return Interrupted()
    failed = next((each for each in found.processes if each.ended in ("error", "memory")), None)
    if failed is None and (done.ok or any(each.ended == "enough" for each in found.processes)):
        return None
    why = failed.error if failed is not None and failed.error else f"it ended with {done.code}"
    said = f"\n{tail(done)}" if found.main.kind == "none" and tail(done) else ""
    message = f"{job.words}: {why}; what was seen until then is told{said}"
    return CommandFailed("profile.command", message, remedy(ask, job))


def remedy(ask: Ask, job: _watched.Job) -> str:
    """What to do about a script that failed: its own words may be meant for us."""
    ours = [word for word in ask.rest[1:] if word.split("=")[0] in OPTIONS]
    if ours and ask.text("module") is None:
        return f"where {ours[0]} is meant for us: it comes before the script"
    if ask.text("python") is not None:
        return f"see it: {shlex.join(job.argv)}"
    return f"see it: ./dev.sh run -- {job.words}"
