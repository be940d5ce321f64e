"""How figures are called: by their benchmark and what they were taken with."""

from __future__ import annotations

import re
from collections.abc import Mapping

PARAM = re.compile(r" (\w+)=(.*?)(?= \w+=|$)")
NEED_THEIR_NAME = re.compile(r"\d[\d.,]*\w?|yes|no|on|off|true|false|none", re.IGNORECASE)  # values that say nothing alone


def key(benchmark: str, params: Mapping[str, str]) -> str:
    """Such as "matmul dtype=float32 threads=2": one figure, in every run."""
    return " ".join([benchmark, *(f"{name}={value}" for name, value in sorted(params.items()))])


def parsed(key: str) -> tuple[str, dict[str, str]]:
    """The benchmark and the parameters of a key."""
    return key.partition(" ")[0], dict(PARAM.findall(key))


def label(params: Mapping[str, str]) -> str:
    """What a figure was taken with, as people say it: "float32, 2 threads"; words first, then numbers of something."""
    told = [(spoken(name.replace("_", " "), value), value) for name, value in params.items()]
    return ", ".join(words for words, _ in sorted(told, key=lambda each: each[0] != each[1]))


def spoken(name: str, value: str) -> str:
    """One parameter: a number of things, a named number, or a word that needs no name."""
    if value.isdigit() and name.endswith("s"):
        return f"{value} {name if value != '1' else name.removesuffix('s')}"
    return f"{name} {value}" if NEED_THEIR_NAME.fullmatch(value) else value
