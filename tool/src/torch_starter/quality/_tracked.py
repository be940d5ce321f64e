"""The files of a project: what git knows of, and what it would take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.core.quality import Code
from torch_starter.quality._places import files

ANY = ("",)  # the end of every name


def tracked(code: Code) -> tuple[str, ...]:
    """Names relative to the root; without git those that are no caches or environments. The tool's own are left out."""
    listed = code.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    names = listed.out.split("\0") if listed.ok else list(walked(code.root))
    return tuple(name for name in names if name and not name.startswith("tool/") and (code.root / name).is_file())


def walked(root: Path) -> Iterator[str]:
    """All files but those in hidden folders."""
    yield from (str(path.relative_to(root)) for path in files(root, ANY))
