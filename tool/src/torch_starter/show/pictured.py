"""What a page of a profile needs: its words, and our own script, which draws what can be searched and zoomed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from torch_starter.core.report import Report
from torch_starter.show import memory_page, profile_page
from torch_starter.show.drawn import ESCAPED, digest

HERE = Path(__file__).parent


class Drawn(Protocol):
    """A picture that the script draws."""

    def data(self) -> dict[str, object]:
        """As the script reads it."""


def content(report: Report) -> dict[str, Any] | None:
    """What the template is given; None where the report has no profile."""
    if report.profile is None:
        return None
    if report.profile.of == "memory":
        return memory_page.content(report, report.profile)
    return profile_page.content(report, report.profile)


def needed(pictures: Sequence[Drawn]) -> dict[str, Any]:
    """What the template is given beside the pictures: the data, the script and what lets it in; nothing without a picture."""
    if not pictures:
        return {"taken": [], "data": "", "scripts": (), "policy": ""}
    script = (HERE / "profile.js").read_text(encoding="utf-8")
    data = json.dumps([each.data() for each in pictures], separators=(",", ":")).translate(ESCAPED)
    known = digest(hashlib.sha256(script.encode()).digest())
    return {"taken": [], "data": data, "scripts": (script,), "policy": f"script-src {known}; style-src"}
