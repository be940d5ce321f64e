"""A machine that gives too little."""

from __future__ import annotations

import os
import shutil

from torch_starter.core.kinds import Fault
from torch_starter.core.machine import Machine
from torch_starter.core.victim import Victim

UNSHARE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--mount", "--map-root-user")
SMALL = 'mount -t tmpfs -o size=8m tmpfs /dev/shm && exec "$@"'


def small_shm(victim: Victim) -> None:
    victim.wrap = [*UNSHARE, "sh", "-c", SMALL, "sh"]


def cannot_mount(machine: Machine) -> str:
    """Why a mount of our own cannot be made."""
    if shutil.which("unshare") is None:
        return "unshare is not here"
    done = machine.processes.run([*UNSHARE, "sh", "-c", SMALL, "sh", "true"])
    return "" if done.ok else f"mounts are not allowed here: {done.err.strip()[-100:]}"


def few_files(victim: Victim) -> None:
    victim.wrap = ["sh", "-c", 'ulimit -n 128 && exec "$@"', "sh"]


def no_compiler(victim: Victim) -> None:
    victim.machine.files.make_folder(victim.here / "bin")
    victim.variables.update(PATH=str(victim.here / "bin"))


def no_temporary_folder(victim: Victim) -> None:
    victim.variables["TMPDIR"] = str(victim.here / "gone")


FAULTS = (
    Fault("limits.shm", "8 MB of /dev/shm", "system.shm", small_shm, absent=cannot_mount),
    Fault("limits.open-files", "128 open files", "system.open-files", few_files),
    Fault("limits.compiler", "no compiler on PATH", "compile.compiler", no_compiler, ("warn", "fail"), "quick"),
    Fault("limits.temporary", "TMPDIR is not there", "system.temp", no_temporary_folder, ("warn", "fail"), "quick"),
)
