"""Weights and other files that run what is in them, in the user's own code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from packaging.version import Version

from torch_starter.audits import weights
from torch_starter.audits.packages import installed
from torch_starter.audits.sources import Source, source
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.problems import WrongSpec
from torch_starter.core.quality import Code
from torch_starter.core.report import Finding
from torch_starter.quality._audit_packages import Looked, pins
from torch_starter.quality._places import files, place

ID, TITLE = "audit.weights", "what is loaded cannot run code"
SAFE_SINCE = Version("2.6")  # from here on torch.load reads only weights by itself
LARGEST = 50_000_000  # bytes of a notebook


def loading(code: Code, step: Callable[[str], None]) -> Looked:
    """Each call in the project's code that may run what it loads."""
    paths = sorted({file for path in code.paths for file in files(code.root / path, (".py", ".ipynb"))})
    if not paths:
        raise Absent(f"no .py or .ipynb file in {', '.join(code.paths)}" if code.paths else "there is no code yet")
    safe = safe_default(code)
    found: list[Finding] = []
    marked = 0
    for path in paths:
        findings, kept = of_file(code, path, safe)
        found, marked = found + findings, marked + kept
    found += [*forced(code)]
    besides = f"; {marked} marked as looked at" if marked else ""
    well = Finding(id=ID, verdict="ok", title=TITLE, seen=f"nothing in {len(paths)} files{besides}")
    return Looked(found or [well])


def of_file(code: Code, path: Path, safe: bool | None) -> tuple[list[Finding], int]:
    """What is wrong in one file, and how many places are marked."""
    name = str(path)
    if (path.stat().st_size if path.exists() else 0) > LARGEST:
        return [unread(code, name, 0, None, "it is too large to be read")], 0
    text = code.machine.files.read(path)
    if text is None:
        return [unread(code, name, 0, None, "it cannot be read")], 0
    read: Source = source(name, text)
    try:
        dangers, marked = weights.dangers(read, safe)
    except RecursionError:
        return [unread(code, name, 0, None, "what is in it is nested too deeply to be looked at")], 0
    found = [
        Finding(
            id=ID,
            verdict=each.verdict,
            title=TITLE,
            seen=f"cell {each.cell}, {each.seen}" if each.cell else each.seen,
            remedy=each.remedy,
            place=place(code.root, name, each.line),
        )
        for each in dangers
    ]
    return [*found, *(unread(code, name, *each) for each in read.unread)], marked


def unread(code: Code, name: str, cell: int, line: int | None, why: str) -> Finding:
    """A file, or a cell of one, that could not be looked at."""
    seen = f"cell {cell}, {why}" if cell else why
    return Finding(id=ID, verdict="unknown", title=TITLE, seen=seen, place=place(code.root, name, line))


def safe_default(code: Code) -> bool | None:
    """Whether torch.load reads only weights by itself, by the locked torch and the installed one; None where neither is known."""
    try:
        versions = [pin.version for pin in pins(code)[0] if pin.name == "torch"]
    except (Absent, Unknown, WrongSpec):
        versions = []
    inside = installed(code.python.parent.parent) if code.python else ()
    versions += [each.version for each in inside if each.name == "torch"]
    return min(map(Version, versions)) >= SAFE_SINCE if versions else None


def forced(code: Code) -> Iterator[Finding]:
    """The variable that turns the safe default off, where the spec or the user sets it."""
    for where, given in ((code.project.spec.name, code.spec.variables), ("environment", code.machine.variables)):
        if weights.is_forcing(given.get(weights.FORCED, "")):
            seen = f"{weights.FORCED} is set ({where}): torch.load reads any pickle"
            yield Finding(id=ID, verdict="fail", title=TITLE, seen=seen, remedy=f"unset {weights.FORCED}")
