"""Carrying out repairs: the one place where `verify-setup --fix` changes something."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch_starter.core.machine import Machine
from torch_starter.core.repair import Reinstall, Remove, Repair, SetMode, SetVariable
from torch_starter.core.report import Change
from torch_starter.making import uv
from torch_starter.making.build import Tools
from torch_starter.making.spec_edit import with_variable


@dataclass(frozen=True)
class Workshop:
    """What repairs need: the target's interpreter, uv, an index besides the default one, and the spec's file."""

    machine: Machine
    tools: Tools
    python: Path
    index: str | None
    spec: Path


def as_change(repair: Repair) -> Change:
    """A repair as it is told, before and after it is done."""
    if isinstance(repair, Reinstall):
        names = ", ".join(f"{name} {version}" for name, version in repair.packages)
        return Change(kind="package", name=names, was="not as it was installed", now="installed again", why=repair.why)
    if isinstance(repair, SetMode):
        return Change(kind="file", name=repair.path, was=repair.was, now=repair.mode, why=repair.why)
    if isinstance(repair, Remove):
        return Change(kind="file", name=repair.path, was="there", now="removed", why=repair.why)
    return Change(
        kind="setting", name=repair.name, was=repair.was, now=repair.renamed_to or repair.now or "unset", why=repair.why
    )


def carry_out(repair: Repair, workshop: Workshop) -> None:
    """Do one repair; raises a Problem where that is not possible, and then the rest stays undone."""
    if isinstance(repair, Reinstall):
        reinstall(repair, workshop)
    elif isinstance(repair, SetMode):
        workshop.machine.files.set_mode(Path(repair.path), int(repair.mode, 8))
    elif isinstance(repair, Remove):
        workshop.machine.files.remove(Path(repair.path))
    else:
        set_variable(repair, workshop)


def reinstall(repair: Reinstall, workshop: Workshop) -> None:
    """Put packages back as they are published.

    What uv keeps of them goes first: an altered file is linked to its copy in the cache, and would come back from there.
    """
    machine, tools = workshop.machine, workshop.tools
    names = [name for name, _ in repair.packages]
    done = machine.processes.run([tools.uv, "cache", "clean", *names], env=tools.variables)
    if not done.ok:
        raise uv.problem(done, f"clearing {', '.join(names)} from the cache")
    argv: list[str | Path] = [tools.uv, "pip", "install", "--python", workshop.python, "--no-deps"]
    argv += [word for name in names for word in ("--reinstall-package", name)]
    argv += [f"{name}=={version}" for name, version in repair.packages]
    argv += ["--index", workshop.index] if workshop.index else []
    done = machine.processes.run(argv, env=tools.variables)
    if not done.ok:
        raise uv.problem(done, f"installing {', '.join(names)} again")


def set_variable(repair: SetVariable, workshop: Workshop) -> None:
    """Correct a line of the spec's [variables]; all else in the file stays as it is written."""
    text = workshop.machine.files.read(workshop.spec) or ""
    workshop.machine.files.write(workshop.spec, with_variable(text, repair.name, repair.renamed_to, repair.now))
