"""Sizes and times as people write them."""

from __future__ import annotations

import re

SIZE_PATTERN = r"^[0-9]+(\.[0-9]+)?(b|kb|mb|gb|tb)$"
TIME_PATTERN = r"^[0-9]+(\.[0-9]+)?(ms|s|min|h)$"

_SIZES = {"b": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40}
_TIMES = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}


def size(text: str) -> int:
    """Bytes from "12gb": units b, kb, mb, gb, tb in steps of 1024, as Docker reads them. Raises ValueError."""
    return int(_parse(text, SIZE_PATTERN, _SIZES, "a size such as 12gb"))


def seconds(text: str) -> float:
    """Seconds from "120s": units ms, s, min, h. Raises ValueError."""
    return _parse(text, TIME_PATTERN, _TIMES, "a time such as 120s")


def _parse(text: str, pattern: str, units: dict[str, float] | dict[str, int], wanted: str) -> float:
    if not re.fullmatch(pattern, text):
        raise ValueError(f"{text!r} is not {wanted}")
    unit = text.lstrip("0123456789.")
    return float(text[: -len(unit)]) * units[unit]


def human_size(count: float) -> str:
    """Bytes for people: 5.8 GB (steps of 1000, as disks are sold)."""
    return in_steps(count, 1000, ("B", "kB", "MB", "GB", "TB"))


def memory_size(count: float) -> str:
    """Bytes of memory for people: 12.0 GiB (steps of 1024, as memory is made and limited: the 12gb of the spec)."""
    return in_steps(count, 1024, ("B", "KiB", "MiB", "GiB", "TiB"))


def in_steps(count: float, step: int, units: tuple[str, ...]) -> str:
    """In the first unit of which there are few; parts only of the large ones."""
    for unit in units[:-1]:
        if abs(count) < step:
            return f"{count:.0f} {unit}" if unit in units[:2] else f"{count:.1f} {unit}"
        count /= step
    return f"{count:.1f} {units[-1]}"
