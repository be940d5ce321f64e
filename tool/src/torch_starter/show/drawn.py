"""What a page needs for its pictures: plotly.js, which draws them from data in the page itself, and what the policy lets in."""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.util
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from torch_starter.show.charts import Chart

HERE = Path(__file__).parent
NOTHING = hashlib.sha256(b"").digest()  # the style element that plotly.js fills rule by rule begins empty
OF_MAPS = re.compile(r'document\.getElementById\("([0-9a-f]{64})"\)')  # styles that plotly.js adds where nothing has their id yet
ESCAPED = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def needed(charts: Sequence[Chart]) -> dict[str, Any]:
    """What the template is given beside the pictures: the data, the scripts and what lets them in; nothing without a picture."""
    if not charts:
        return {"taken": [], "data": "", "scripts": (), "policy": ""}
    scripts = (plotly(), (HERE / "charts.js").read_text(encoding="utf-8"))
    return {"taken": OF_MAPS.findall(plotly()), "data": as_data(charts), "scripts": scripts, "policy": policy(scripts)}


@functools.cache
def plotly() -> str:
    """plotly.js as the package brings it; the package itself is not imported."""
    found = importlib.util.find_spec("plotly")
    folder = Path(found.origin).parent if found and found.origin else HERE
    return (folder / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def digest(data: bytes) -> str:
    """As a policy names what it lets in."""
    return f"'sha256-{base64.b64encode(data).decode()}'"


def policy(scripts: Iterable[str]) -> str:
    """What the page's policy lets in beside its style: these scripts, and the styles that they set on what they draw."""
    known = " ".join(digest(hashlib.sha256(script.encode()).digest()) for script in scripts)
    return f"script-src {known}; style-src-attr 'unsafe-inline'; style-src-elem {digest(NOTHING)}"


def as_data(drawn: Iterable[Chart]) -> str:
    """The pictures as JSON in which nothing can be read as a tag."""
    return json.dumps([{"id": each.id, "figure": each.figure} for each in drawn], separators=(",", ":")).translate(ESCAPED)
