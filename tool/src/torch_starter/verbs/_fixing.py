"""What --fix has changed in the project's code, or with --dry-run would change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from torch_starter.core.ask import Ask
from torch_starter.core.facts import Unknown
from torch_starter.core.problems import CouldNotLook
from torch_starter.core.quality import Code, Quality
from torch_starter.core.report import Change, Finding
from torch_starter.quality._tracked import tracked

LARGEST = 5 << 20  # bytes of a file that a program mends


def before(code: Code) -> dict[str, str]:
    """The files as they are, by digests, but those that cannot be read; nothing where nothing is mended. Raises CouldNotLook."""
    if not code.fix:
        return {}
    try:
        digests = {name: digest(code.root / name) for name in tracked(code)}
    except Unknown as reason:
        raise CouldNotLook(
            "fix.unknown", f"what --fix would change is not known: {reason}", reason.remedy or "git status"
        ) from None
    return {name: each for name, each in digests.items() if each}


def digest(path: Path) -> str:
    """Of the contents of a file that a program mends; empty for one that is too large, or cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.stat().st_size < LARGEST else ""
    except OSError:
        return ""


def changes(ask: Ask, code: Code, chosen: Sequence[Quality], was: Mapping[str, str], findings: Iterable[Finding]) -> list[Change]:
    """The files that were mended; with --dry-run those in which something would be."""
    if code.fix:
        now = before(code)
        return [change(name, "mended", name not in was) for name in now if was.get(name) != now[name]]
    if not (ask.flag("fix") and ask.flag("dry-run")):
        return []
    fixing = {each.name for each in chosen if each.fixes}
    found = [each for each in findings if each.fixable and each.place and each.group in fixing and each.verdict == "fail"]
    return [change(name, "would be mended", False) for name in dict.fromkeys(each.place.file for each in found if each.place)]


def change(name: str, words: str, new: bool) -> Change:
    """One file."""
    return Change(kind="file", name=name, was="" if new else "wrong", now=words)
