"""Reading what only the target's files say. It goes on beside the probes: hashing takes seconds."""

from __future__ import annotations

from typing import Any

from torch_starter.core.ask import Ask
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Level
from torch_starter.verbs._gather import Subject


def read_files(ask: Ask, subject: Subject, evidence: Evidence, level: Level) -> dict[str, Any]:
    """What only the target's files say, as fields of the evidence."""
    return {}
