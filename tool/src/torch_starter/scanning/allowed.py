"""What a project says is no secret: lines with a mark, and a list in its pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from torch_starter.core.facts import Unknown
from torch_starter.core.files import Files
from torch_starter.scanning.lines import numbered

MARK = re.compile(r"pragma:[ \t]?(?:allowlist|whitelist)[ \t](?P<next>nextline[ \t])?secret", re.IGNORECASE)
DIGEST = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Allowed:
    """What is not told: digests of secrets, and patterns of paths."""

    digests: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()

    def path(self, name: str) -> bool:
        """Whether nothing in a file is told."""
        return any(fnmatch(name, pattern) or name.startswith(f"{pattern.rstrip('/')}/") for pattern in self.paths)


def marked(text: str) -> frozenset[int]:
    """The lines of a text that a mark allows: its own, or the next one."""
    marks = list(MARK.finditer(text))
    lines = numbered(text, (mark.start() for mark in marks))
    return frozenset(line + bool(mark["next"]) for line, mark in zip(lines, marks, strict=True))


def read(files: Files, root: Path) -> Allowed:
    """What `[tool.torch-starter.secrets] allow` of a project says; raises Unknown where that cannot be understood."""
    text = files.read(root / "pyproject.toml") or ""
    try:
        given = tomllib.loads(text).get("tool", {}).get("torch-starter", {}).get("secrets", {})
    except (tomllib.TOMLDecodeError, AttributeError) as error:
        raise Unknown(f"pyproject.toml cannot be read: {error}") from None
    words = given.get("allow", []) if isinstance(given, dict) else None
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words) or set(given) - {"allow"}:
        raise Unknown("[tool.torch-starter.secrets] of pyproject.toml is one list: allow = [digests or paths]")
    digests = frozenset(word for word in words if DIGEST.fullmatch(word))
    return Allowed(digests, tuple(word for word in words if word not in digests))
