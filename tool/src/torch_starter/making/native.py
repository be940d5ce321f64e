"""The native program that measures what processors can do: compiled at first use, for the processors that are here."""

from __future__ import annotations

import hashlib
from pathlib import Path

from torch_starter.core.facts import Absent
from torch_starter.core.machine import Machine
from torch_starter.core.project import Project
from torch_starter.facts.compiler import Compiler
from torch_starter.facts.cpu import Cpu

SOURCE = Path(__file__).parent.parent / "samples" / "limits.c"
FLAGS = ("-O3", "-march=native", "-ffp-contract=fast", "-pthread")
PATIENCE = 60.0  # seconds


def program(machine: Machine, project: Project, compiler: Compiler, cpu: Cpu) -> Path:
    """The program; raises Absent where it cannot be made, with the reason."""
    if not compiler.cc_version:
        raise Absent("there is no C compiler that works: it is needed to measure what the processors can do")
    text = SOURCE.read_bytes()
    made_of = (text.decode(), *FLAGS, compiler.cc, compiler.cc_version, cpu.model, *cpu.flags)
    path = project.state / "native" / hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:16]
    if path.is_file():
        return path
    machine.files.make_folder(path.parent)
    aside = path.with_suffix(".new")
    done = machine.processes.run([compiler.cc, *FLAGS, "-o", aside, SOURCE], env=machine.variables, timeout=PATIENCE)
    if not done.ok:
        last = (done.err.strip().splitlines() or ["it says nothing"])[-1]
        raise Absent(f"{compiler.cc} cannot compile the program that measures limits: {last[:160]}")
    aside.replace(path)
    return path
