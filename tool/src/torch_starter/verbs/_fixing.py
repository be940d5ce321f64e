"""What --fix has changed in the project's code, or with --dry-run would change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from torch_starter.core.ask import Ask
from torch_starter.core.quality import Code, Quality
from torch_starter.core.report import Change, Finding
from torch_starter.quality._tracked import tracked

LARGEST = 5 << 20  # bytes of a file that a program mends


def before(code: Code) -> dict[str, str]:
    """The files as they are, by digests; nothing where nothing is mended."""
    if not code.fix:
        return {}
    sizes = {name: (code.root / name).stat().st_size for name in tracked(code)}
    return {name: hashlib.sha256((code.root / name).read_bytes()).hexdigest() for name, size in sizes.items() if size < LARGEST}


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
    return Change(kind="file", name=name, was="" if new else "there", now=words)
