"""A .dockerignore: which paths of a context it leaves out."""

from __future__ import annotations

import re

from torch_starter.core.container_files import Ignored

LONGEST, MOST = 300, 20  # characters of a pattern, and of these such as stand for others
TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[\^?[^\]]+\]|\\.|.", re.DOTALL)
MEANING = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}


def read(path: str, text: str) -> Ignored:
    """The patterns of a file, in their order."""
    found: list[tuple[bool, re.Pattern[str]]] = []
    for line in text.removeprefix("\ufeff").splitlines():
        line = line.strip()
        if not line or line.startswith("#") or len(line) > LONGEST or len(re.findall(r"[*?]", line)) > MOST:
            continue
        leaves = not line.startswith("!")
        pattern = line.removeprefix("!").strip().strip("/").removeprefix("./")
        if pattern and pattern != ".":
            found.append((leaves, re.compile(expression(pattern), re.DOTALL)))
    return Ignored(path, tuple(found))


def expression(pattern: str) -> str:
    """A pattern as a regular expression."""
    return "".join(MEANING.get(token, one(token)) for token in TOKEN.findall(pattern))


def one(token: str) -> str:
    """A sign, or a set of signs, by itself."""
    if len(token) > 1 and token.startswith("["):
        inner = token[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[{inner}]" if usable(f"[{inner}]") else re.escape(token)
    return re.escape(token[-1])


def usable(expression: str) -> bool:
    """Whether it can be compiled: a range may be upside down."""
    try:
        re.compile(expression)
    except re.error:
        return False
    return True
