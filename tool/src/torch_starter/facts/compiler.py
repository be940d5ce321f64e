"""The compilers that torch.compile starts."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine


class Compiler(Fact, frozen=True):
    """The C++ and the C compiler that would be taken: their names ("" for none), and versions ("" where one does not run).

    `named` are the variables that name them, `others` what is there and is not taken. Inductor takes CXX, else g++ (clang++
    on macOS), Triton CC, else gcc or clang.
    """

    key: ClassVar[str] = "compiler"
    cxx: str
    cxx_version: str
    cc: str
    cc_version: str
    named: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @classmethod
    def gather(cls, machine: Machine) -> Compiler:
        usual = "clang++" if sys.platform == "darwin" else "g++"
        cxx = first(machine, "CXX", (usual,))
        cc = first(machine, "CC", ("gcc", "clang", "cc"))
        return cls(
            cxx=Path(cxx).name,
            cxx_version=version(machine, cxx),
            cc=Path(cc).name,
            cc_version=version(machine, cc),
            named=tuple(name for name in ("CXX", "CC") if machine.variables.get(name)),
            others=tuple(name for name in ("clang++", "icpx", "c++") if name != cxx and there(machine, name)),
        )


def first(machine: Machine, variable: str, usual: tuple[str, ...]) -> str:
    """The program that a variable names, without its options, else the first usual one that is there."""
    named = words(machine.variables.get(variable, ""))
    return named[0] if named else next((name for name in usual if there(machine, name)), "")


def words(command: str) -> list[str]:
    """A command as a shell reads it; by its spaces alone where it has a quote too few."""
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def there(machine: Machine, name: str) -> bool:
    """Whether PATH has a program."""
    return shutil.which(name, path=machine.variables.get("PATH", "")) is not None


def version(machine: Machine, name: str) -> str:
    """The version that a compiler tells; empty where it is not there or does not run."""
    if not name:
        return ""
    done = machine.processes.run([name, "--version"], env=machine.variables, timeout=10.0)
    line = (done.out.splitlines() or [""])[0]
    found = re.search(r"\d+\.\d+(\.\d+)?", re.sub(r"\([^)]*\)", "", line) or line)
    return (found[0] if found else line[:40] or "unknown") if done.ok else ""
