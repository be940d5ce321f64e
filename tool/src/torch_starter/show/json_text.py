"""An answer for scripts: one JSON document."""

from __future__ import annotations

import msgspec

from torch_starter.core.report import Report


def text(report: Report) -> str:
    """The report in schema 1, indented, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(report.as_dict()), indent=2).decode() + "\n"
