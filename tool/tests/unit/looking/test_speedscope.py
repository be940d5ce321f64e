"""Stacks in the file format of speedscope, held against the rules of its schema."""

from __future__ import annotations

import json

from torch_starter.core.profile import Frame, Stack, Stacks
from torch_starter.looking import speedscope

STACKS = Stacks(
    frames=(Frame("<module>", "train.py", 9, own=True), Frame("at::mm", "libtorch_cpu.so", 0), Frame("step", "train.py", 4)),
    stacks=(Stack((0, 2, 1), 0.25), Stack((0, 2), 0.5)),
)


def broken(text: str) -> list[str]:
    """The rules of https://www.speedscope.app/file-format-schema.json that a file with a sampled profile breaks."""
    told = json.loads(text)
    wrong = [name for name in ("$schema", "shared", "profiles") if name not in told]
    frames = told["shared"]["frames"]
    wrong += [str(frame) for frame in frames if not isinstance(frame.get("name"), str)]
    wrong += [str(frame) for frame in frames if not set(frame) <= {"name", "file", "line", "col"}]
    wrong += [str(frame) for frame in frames if "line" in frame and not isinstance(frame["line"], int)]
    for profile in told["profiles"]:
        needed = {"type", "name", "unit", "startValue", "endValue", "samples", "weights"}
        wrong += sorted(needed ^ set(profile))
        wrong += [] if profile["type"] == "sampled" else [profile["type"]]
        wrong += (
            [] if profile["unit"] in ("none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes") else ["unit"]
        )
        wrong += [] if len(profile["samples"]) == len(profile["weights"]) else ["weights"]
        wrong += [str(number) for sample in profile["samples"] for number in sample if not 0 <= number < len(frames)]
    return wrong


def test_a_file_keeps_to_the_schema_and_loses_nothing() -> None:
    text = speedscope.text(STACKS, "train.py")
    assert not broken(text)
    told = json.loads(text)
    (profile,) = told["profiles"]
    assert [told["shared"]["frames"][number]["name"] for number in profile["samples"][0]] == ["<module>", "step", "at::mm"]
    assert sum(profile["weights"]) == profile["endValue"] == STACKS.seconds


def test_where_nothing_was_seen_it_is_a_file_too() -> None:
    assert not broken(speedscope.text(Stacks(), "nothing"))
