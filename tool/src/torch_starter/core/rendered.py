"""The first line of a rendered file: where it comes from, and a digest by which a change by hand is seen."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

WORDS = "Rendered from torch-starter.toml by ./dev.sh render: edit that, not this."
HEAD = re.compile(rf"(?:#|//) {re.escape(WORDS)} ([0-9a-f]{{12}})")

State = Literal["as rendered", "edited", "foreign"]


def headed(body: str, comment: str) -> str:
    """A text below its first line; `comment` is the sign that begins a comment."""
    return f"{comment} {WORDS} {digest(body)}\n{body}"


def state(text: str) -> State:
    """Whether a text is as it was once rendered, was changed since then, or was never rendered."""
    first, _, body = text.replace("\r\n", "\n").partition("\n")
    found = HEAD.fullmatch(first)
    if found is None:
        return "foreign"
    return "as rendered" if found[1] == digest(body) else "edited"


def digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:12]
