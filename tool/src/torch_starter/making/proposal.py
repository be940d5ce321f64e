"""Proposes a lock: the newest resolution within an accelerator's bounds and the holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from torch_starter.core import lock as lock_file
from torch_starter.core.knowledge import torch_release
from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed, WrongSpec
from torch_starter.core.project import Project
from torch_starter.core.spec import Accelerator
from torch_starter.making import uv

CUDA_PACKAGES = {"12": "nvidia-cuda-runtime-cu12", "13": "nvidia-cuda-runtime"}


class Hold(msgspec.Struct, frozen=True):
    """A package kept below what the ranges allow: the bound, the check that failed without it, the evidence, the date."""

    package: str
    bound: str
    check: str
    evidence: str
    date: str
    accelerators: tuple[str, ...] = ()


class Holds(msgspec.Struct, frozen=True):
    """locks/holds.toml."""

    hold: tuple[Hold, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """The text of a lock, and a remark where it is not quite what was asked for."""

    text: str
    remark: str = ""


def holds(text: str | None) -> tuple[Hold, ...]:
    """The holds in locks/holds.toml; raises WrongSpec."""
    try:
        return msgspec.toml.decode(text or "", type=Holds).hold
    except msgspec.DecodeError as error:
        raise WrongSpec("holds.syntax", f"locks/holds.toml: {error}", "git checkout -- locks/holds.toml") from error


def constraints(name: str, accelerator: Accelerator, held: Sequence[Hold]) -> list[str]:
    """What keeps a resolution within an accelerator: its CUDA, by the runtime package that torch asks for, and the holds."""
    lines = [f"{hold.package}{hold.bound}" for hold in held if not hold.accelerators or name in hold.accelerators]
    if accelerator.cuda is not None:
        major, minor = accelerator.cuda.split(".")[:2]
        for cuda, package in CUDA_PACKAGES.items():
            bound = f">={major}.{minor},<{major}.{int(minor) + 1}" if cuda == major else "<0"
            lines.append(f"{package}{bound}")
    return lines


def companions(text: str) -> list[str]:
    """Constraints that keep torchvision and torchaudio with the torch of a resolution; none for an unknown torch."""
    versions = {pin.name: pin.version for pin in lock_file.parse(text, "proposal")}
    row = torch_release(versions["torch"]) if "torch" in versions else None
    if row is None:
        return []
    pairs = (("torchvision", row.torchvision), ("torchaudio", row.torchaudio))
    return [f"{name}=={line}.*" for name, line in pairs if line != "none" and name in versions]


@dataclass(frozen=True)
class Resolver:
    """Runs `uv pip compile` for one project. `scratch` is a folder for the files that it reads and writes."""

    machine: Machine
    project: Project
    program: Path
    variables: Mapping[str, str]
    python: Path
    scratch: Path

    def propose(self, name: str, accelerator: Accelerator, held: Sequence[Hold]) -> Proposal:
        """The newest resolution; raises a Problem where there is none, or the index cannot be reached."""
        lines = constraints(name, accelerator, held)
        remark, index = "", accelerator.index
        done = self._compile(name, lines, index)
        if not done and index:
            remark, index = (
                "PyTorch's own index cannot be reached: made from the default one, whose CUDA wheels compute on the CPU too",
                None,
            )
            done = self._compile(name, lines, index)
        fitting = companions(done)
        text = self._compile(name, [*lines, *fitting], index) if fitting else done
        return Proposal(text, remark)

    def _compile(self, name: str, lines: Sequence[str], index: str | None) -> str:
        """The text of a lock; empty where an additional index cannot be reached."""
        given, made = self.scratch / f"{name}.in", self.scratch / f"{name}.txt"
        self.machine.files.write(given, "\n".join(lines) + "\n")
        argv: list[str | Path] = [
            self.program,
            "pip",
            "compile",
            "--universal",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--all-extras",
        ]
        argv += ["--quiet", "--no-emit-index-url", "--python", self.python, "-c", given, "-o", made, self.project.pyproject]
        argv += ["--index", index] if index else []
        done = self.machine.processes.run(argv, env=self.variables, cwd=self.project.root)
        if done.ok:
            return self.machine.files.read(made) or ""
        if index and uv.is_network(done.err):
            return ""
        if "No solution found" in done.err:
            told = " ".join(done.err.split())[-500:]
            raise CommandFailed("lock.no-solution", f"no set of packages fits {name}: {told}", "widen a range in pyproject.toml")
        raise uv.problem(done, f"resolving {name}")
