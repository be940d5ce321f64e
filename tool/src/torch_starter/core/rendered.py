"""The first line of a rendered file: where it comes from, and a digest by which a change by hand is seen."""

from __future__ import annotations

import difflib
import hashlib
import re
from typing import Literal

from torch_starter.core.kinds import Artifact
from torch_starter.core.report import Finding, Place

WORDS = "Rendered from torch-starter.toml by ./dev.sh render: edit that, not this."
HEAD = re.compile(rf"(?:#|//) {re.escape(WORDS)} ([0-9a-f]{{12}})")

KEEP = "put your change into torch-starter.toml, or for Compose into a compose.override.yaml, then ./dev.sh render --force"
OTHERWISE = {
    "as rendered": ("the spec has moved", "./dev.sh render"),
    "edited": ("it was edited", KEEP),
    "foreign": ("it was not rendered", KEEP),
}

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


def judged(artifact: Artifact, wanted: str, there: str | None) -> Finding:
    """Whether a file is as the spec renders it; else why not."""
    place, id = Place(artifact.path), f"render.{artifact.path}"
    if there is not None and there.replace("\r\n", "\n") == wanted:  # git may write the ends of lines as Windows has them
        return Finding(id=id, verdict="ok", title=artifact.about, seen="as the spec renders it", place=place)
    if there is None:
        seen, remedy = "it is not there", "./dev.sh render"
    else:
        why, remedy = OTHERWISE[state(there)]
        count = changed_lines(there, wanted)
        seen = f"{why}: {count} line{'s differ' if count > 1 else ' differs'}"
    return Finding(id=id, verdict="fail", title=artifact.about, seen=seen, remedy=remedy, place=place)


def changed_lines(there: str, wanted: str) -> int:
    """How many lines rendering would take away or bring."""
    return sum(line[:1] in "+-" for line in difference("", there, wanted).splitlines()[2:])


def difference(path: str, there: str, wanted: str) -> str:
    """What rendering would change, as `diff` writes it."""
    found = difflib.unified_diff(there.splitlines(), wanted.splitlines(), path, f"{path} (rendered)", n=1, lineterm="")
    return "\n".join(found)
