"""What a project says is no secret: lines with a mark, and a list in its pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from torch_starter.core.facts import Unknown
from torch_starter.core.files import Files

MARK = re.compile(r"pragma:\s?(?:allowlist|whitelist)\s(?P<next>nextline\s)?secret", re.IGNORECASE)
DIGEST = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Allowed:
    """What is not told: digests of secrets, and patterns of paths."""

    digests: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()

    def path(self, name: str) -> bool:
        """Whether nothing in a file is told."""
        return any(fnmatch(name, pattern) or name.startswith(f"{pattern.rstrip('/')}/") for pattern in self.paths)

    def place(self, text: str, start: int) -> bool:
        """Whether the line of a place, or the one before it, has the mark."""
        begin = text.rfind("\n", 0, start) + 1
        end = text.find("\n", start)
        found = MARK.search(text, begin, end if end >= 0 else len(text))
        if found and not found["next"]:
            return True
        before = MARK.search(text, text.rfind("\n", 0, max(begin - 1, 0)) + 1, begin)
        return bool(before and before["next"])


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
