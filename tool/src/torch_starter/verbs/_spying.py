"""py-spy: where it is, what it is asked, and why it may not look."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch_starter.core.ask import Ask
from torch_starter.core.facts import Absent
from torch_starter.core.problems import CouldNotLook, Missing, Problem, WrongUsage
from torch_starter.core.processes import Done
from torch_starter.facts.system import System
from torch_starter.facts.tracing import Tracing
from torch_starter.looking import proc, py_spy
from torch_starter.making.overlay import overlay
from torch_starter.profilers.py_spy import PROFILER

DUMP = 20.0  # seconds: of a process with thousands of threads
GENTLE = 5.0  # seconds for it to write what it has seen, where we are interrupted
PYTHON = re.compile(r"python|pypy", re.IGNORECASE)
OF_YAMA = {1: "a process of which one is the parent", 2: "what root asks for", 3: "nothing"}


@dataclass(frozen=True)
class Spy:
    """py-spy, and what it says of processes."""

    ask: Ask
    program: Path

    def threads(self, process: int, native: bool, root: str) -> tuple[tuple[py_spy.Thread, ...], str]:
        """Each thread's stack at this moment; nothing, and why, where that cannot be had.

        With functions of C where they can be had: the process stands still for some milliseconds then; else it goes on.
        """
        for way in (("--native",), ("--nonblocking",)) if native else (("--nonblocking",),):
            argv = (self.program, "dump", "--json", "--full-filenames", *way, "--pid", str(process))
            done = self.ask.machine.processes.run(argv, timeout=DUMP)
            found = py_spy.threads(done.out, root) if done.ok else ()
            if found or py_spy.refused(done.err) == "permission":
                break
        return found, "" if found else done.err or "it did not answer in time"

    def record(
        self, process: int, rate: int, seconds: float, file: Path, ways: tuple[str, ...], tick: Callable[[], bool]
    ) -> Done:
        """Look again and again, into a file; `tick` is called meanwhile, and ends it where it says so."""
        told = (self.program, "record", "--format", "raw", "--threads", "--full-filenames", "--subprocesses", "--rate", str(rate))
        length = ("--duration", str(max(1, round(seconds))), "--output", str(file), "--pid", str(process))
        return self.ask.machine.processes.run((*told, *ways, *length), timeout=3 * seconds, until=tick, gentle=GENTLE)


def spy(ask: Ask) -> Spy:
    """py-spy, put beside the tool where it is not there; raises Missing."""
    beside = overlay(ask, Path(sys.executable), [PROFILER])
    folders = [beside.folder / "bin"] if beside.folder else []
    folders += [Path(sys.prefix) / "bin", *map(Path, ask.machine.variables.get("PATH", "").split(os.pathsep))]
    found = next((folder / "py-spy" for folder in folders if os.access(folder / "py-spy", os.X_OK)), None)
    if found is None:
        why = beside.missing.get(PROFILER.name, "its wheel has no program for this machine")
        raise Missing("profile.py-spy", f"py-spy cannot be had: {why}", "connect, or install it yourself: pipx install py-spy")
    return Spy(ask, found)


def status(ask: Ask, process: int) -> dict[str, str]:
    """What Linux tells of a process to everyone; raises WrongUsage where there is none."""
    if not Path("/proc/self/status").exists():
        raise CouldNotLook("profile.system", "there is no /proc here, which Linux alone has", "run it where the process runs")
    found = proc.fields(ask.machine.files.read(Path(f"/proc/{process}/status")))
    if not found:
        raise WrongUsage("profile.pid", f"there is no process {process}", "pgrep -af python lists those of Python")
    if found.get("Tgid", str(process)) != str(process):
        whole = found["Tgid"]
        raise WrongUsage("profile.pid", f"{process} is a thread of process {whole}", f"give the process: {whole}")
    return found


def refusal(ask: Ask, process: int, error: str) -> Problem:
    """Why there is no stack of a process."""
    told = proc.fields(ask.machine.files.read(Path(f"/proc/{process}/status")))
    kind = py_spy.refused(error)
    if not told or (kind == "gone" and not Path(f"/proc/{process}").exists()):
        return WrongUsage("profile.pid", f"process {process} has ended meanwhile", "pgrep -af python lists those of Python")
    if kind == "permission":
        return denied(ask, process, told)
    name = told.get("Name", "")
    if is_python(process) is False:
        return WrongUsage("profile.pid", f"process {process} ({name}) is not of Python", "pgrep -af python lists those of Python")
    why = py_spy.why(error)
    return CouldNotLook(
        "profile.attach", f"py-spy cannot read process {process} ({name}): {why}", "look again: it may just start"
    )


def is_python(process: int) -> bool | None:
    """Whether a process runs Python; None where that may not be seen."""
    try:
        program = os.readlink(f"/proc/{process}/exe")
        maps = Path(f"/proc/{process}/maps").read_text(errors="replace")
    except OSError:
        return None
    return bool(PYTHON.search(Path(program).name)) or "libpython" in maps


def denied(ask: Ask, process: int, told: dict[str, str]) -> Problem:
    """Why we may not look, and what mends it."""
    user = int((told.get("Uid", "").split() or ["-1"])[0])
    again = f"profile --hang {process}" if ask.text("hang") is not None else f"profile --attach {process}"
    container = ask.facts[System].container
    try:
        tracing = ask.facts[Tracing]
        yama, able = tracing.yama, tracing.capability
    except Absent:
        yama, able = 0, False
    inside = "start the container so that debuggers work: ./dev.sh up --debug, or docker run --cap-add SYS_PTRACE"
    if user not in (-1, os.geteuid()) and not able:
        why = f"it belongs to another user ({user}; you are {os.geteuid()}), and you have no capability SYS_PTRACE"
        mend = inside if os.geteuid() == 0 else f"as that user, or as root: sudo ./dev.sh {again}"
    elif yama and (yama == 3 or not able):
        why = f"the kernel's ptrace_scope is {yama}: it allows {OF_YAMA.get(yama, 'little')}"
        root = inside if container else f"sudo ./dev.sh {again}, or sudo sysctl kernel.yama.ptrace_scope=0"
        mend = "boot with ptrace_scope below 3: it cannot be lowered" if yama == 3 else root
    elif not able:
        why = f"it has more rights than you, who have no capability SYS_PTRACE{', in a container' if container else ''}"
        mend = inside if container else f"sudo ./dev.sh {again}"
    else:
        why = "its container, its user namespace or a security module forbids it, although you have the capability SYS_PTRACE"
        mend = "look from where it was started: in its own container, or on the host as root"
    return CouldNotLook("profile.permission", f"you may not look into process {process}: {why}", mend)


class Clock:
    """Tells how much is left of a stretch of looking, and ends it where that is wanted."""

    def __init__(self, seconds: float, say: Callable[[float, float, str], None]) -> None:
        self.begun, self.seconds, self.say, self.over = time.monotonic(), seconds, say, threading.Event()

    def tick(self) -> bool:
        gone = time.monotonic() - self.begun
        self.say(min(gone, self.seconds), self.seconds, f"{max(0.0, self.seconds - gone):.0f} s left")
        return self.over.is_set()
