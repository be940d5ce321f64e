"""The files of a project: what git knows of, and what it would take."""

from __future__ import annotations

from torch_starter.core.facts import Unknown
from torch_starter.core.quality import Code
from torch_starter.scanning.repository import shown
from torch_starter.scanning.tree import listed


def tracked(code: Code) -> tuple[str, ...]:
    """Names relative to the root; without git those that are no caches or environments. The tool's own are left out.

    Raises Unknown where a file is there that cannot be named in an answer, or not be looked at: it could be of any kind.
    """
    return tuple(name for name in listed(code.machine, code.root).names if not name.startswith("tool/") and is_there(code, name))


def is_there(code: Code, name: str) -> bool:
    """Whether it is a file: git's index may have it still."""
    try:
        found = (code.root / name).is_file()
    except OSError as error:
        raise Unknown(f"{shown(name)} cannot be looked at: {error.strerror}", "make it readable, or take it out of git") from None
    if found and shown(name) != name:
        raise Unknown(f"the name of {shown(name)} is not UTF-8, and no program can say where in it something is", "git mv it")
    return found
