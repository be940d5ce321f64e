"""Stacks as speedscope reads them: its file format, version 0.0.1, a sampled profile."""

from __future__ import annotations

import json

from torch_starter.core.profile import Stacks

SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def text(stacks: Stacks, name: str) -> str:
    """The file. Each stack is one sample, whose weight is the seconds that it was seen."""
    frames = [{"name": frame.function, "file": frame.file, "line": frame.line} for frame in stacks.frames]
    profile = {
        "type": "sampled",
        "name": name,
        "unit": "seconds",
        "startValue": 0,
        "endValue": stacks.seconds,
        "samples": [list(stack.frames) for stack in stacks.stacks],
        "weights": [stack.seconds for stack in stacks.stacks],
    }
    return json.dumps(
        {"$schema": SCHEMA, "shared": {"frames": frames}, "profiles": [profile], "name": name, "exporter": "torch-starter"}
    )
