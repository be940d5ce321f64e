"""A project's code in a folder, looked at by the real programs, which the tests' own environment has."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from torch_starter.core.facts import Facts, Unknown
from torch_starter.core.machine import local_machine
from torch_starter.core.project import Project
from torch_starter.core.quality import Code, Quality, Tool
from torch_starter.core.report import Finding
from torch_starter.core.spec import Spec

BIN = Path(sys.executable).parent


def find(tool: Tool) -> list[str]:
    """What the tests' own environment has."""
    if not (BIN / tool.name).exists():
        raise Unknown(f"{tool.name} is not there")
    return [str(BIN / tool.name)]


def beside(tool: Tool) -> Path:
    raise Unknown(f"{tool.name} cannot be had")


def code(root: Path, files: dict[str, str], *, fix: bool = False, paths: tuple[str, ...] = (), git: bool = False) -> Code:
    """The code of a project with these files; with git, a repository that knows none of them yet."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    machine = local_machine()
    if git:
        machine.processes.run(["git", "init", "-q", str(root)])
    spec = Spec()
    there = tuple(path for path in spec.checks.paths if (root / path).exists())
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MYPY_CACHE_DIR": str(root / ".mypy"),
    }
    return Code(
        project=Project(root, "here"),
        machine=machine,
        spec=spec,
        facts=Facts(machine),
        paths=paths or there,
        find=find,
        beside=beside,
        variables=variables,
        python=Path(sys.executable) if shutil.which("pytest", path=str(BIN)) else None,
        asked=bool(paths),
        fix=fix,
    )


def look(quality: Quality, code: Code) -> list[Finding]:
    """What it finds."""
    return list(quality.look(code))


def told(findings: list[Finding]) -> list[tuple[str, str, str]]:
    """Id, verdict and place of each."""
    return [(each.id, each.verdict, str(each.place or "")) for each in findings]
