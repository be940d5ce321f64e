"""The files of a project: what git knows of, and what it would take."""

from __future__ import annotations

from torch_starter.core.quality import Code
from torch_starter.scanning.tree import names


def tracked(code: Code) -> tuple[str, ...]:
    """Names relative to the root; without git those that are no caches or environments. The tool's own are left out."""
    listed = names(code.machine, code.root)
    return tuple(name for name in listed if not name.startswith("tool/") and (code.root / name).is_file())
