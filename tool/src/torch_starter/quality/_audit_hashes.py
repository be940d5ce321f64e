"""Requirements without hashes, in the locks, in the project's own files of requirements, and in those that these name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from torch_starter.audits import hashes
from torch_starter.core.facts import Absent
from torch_starter.core.quality import Code
from torch_starter.core.report import Finding, Place
from torch_starter.quality._audit_packages import Looked

ID, TITLE = "audit.hashes", "every requirement has its hashes"


def hashed(code: Code, step: Callable[[str], None]) -> Looked:
    """All of these files, each once; raises Absent where there is none."""
    waiting = sorted(code.project.locks.glob("*.txt"))
    waiting += sorted({*code.root.glob("requirements*.txt"), *code.root.glob("requirements/*.txt")})
    if not waiting:
        raise Absent("there are no locks, and no requirements*.txt")
    found: list[Finding] = []
    known = {real(path) for path in waiting}
    while waiting:
        told, further = of_file(code, waiting.pop(0))
        found += told
        fresh = [path for path in dict.fromkeys(further) if path not in known]
        known.update(fresh)
        waiting += fresh
    return Looked(found)


def of_file(code: Code, path: Path) -> tuple[list[Finding], list[Path]]:
    """What is wrong with a file, or that nothing is; and the files that it names, whose requirements count as its own."""
    name, text = named(code, path), code.machine.files.read(path)
    if text is None or "\0" in text:
        return [unread(Place(name), "it cannot be read")], []
    count, wrong = hashes.unhashed(text)
    found = [
        Finding(
            id=ID,
            verdict="fail",
            title=TITLE,
            seen=each.seen,
            remedy=each.remedy.replace("FILE", name),
            place=Place(name, each.line),
        )
        for each in wrong
    ]
    further: list[Path] = []
    for line, other in hashes.followed(text):
        target = real(path.parent / other)
        if why := why_not(code, target):
            found.append(unread(Place(name, line), f"{hashes.shown(other)} {why}"))
        else:
            further.append(target)
    well = Finding(id=ID, verdict="ok", title=TITLE, seen=f"all {count} requirements", place=Place(name))
    return found or [well], further


def why_not(code: Code, path: Path) -> str:
    """Why a file that another one names cannot be looked at; empty where it can."""
    if not path.is_relative_to(real(code.root)):
        return "is not in the project, and was not looked at"
    return "cannot be read" if code.machine.files.read(path) is None else ""


def unread(place: Place, why: str) -> Finding:
    """What could not be looked at."""
    return Finding(id=ID, verdict="unknown", title=TITLE, seen=why, place=place)


def named(code: Code, path: Path) -> str:
    """A file relative to the project."""
    roots = (code.project.locks.parent, code.root, real(code.root))
    return next(str(path.relative_to(root)) for root in roots if path.is_relative_to(root))


def real(path: Path) -> Path:
    """A path without links: a file that is named twice is looked at once."""
    return Path(os.path.realpath(path))
