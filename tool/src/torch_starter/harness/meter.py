"""What the machine does meanwhile: for us, for others, and how much memory is left."""

from __future__ import annotations

import importlib.util
import os
from typing import Any, Dict

SAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "samples", "_measure.py")


def meter() -> Any:
    """One that begins now, as benchmarks have it."""
    spec = importlib.util.spec_from_file_location("torch_starter_measure", SAMPLES)
    if spec is None or spec.loader is None:
        raise ImportError("no file " + SAMPLES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Meter()


def free_share() -> float:
    """The share of the memory that is free, of the machine or of the control group; 1 where it is not told."""
    told = numbers("/proc/meminfo")
    shares = [told["MemAvailable:"] / told["MemTotal:"]] if {"MemAvailable:", "MemTotal:"} <= told.keys() else []
    for root, most, now, inactive in (
        ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        limit, used = first(os.path.join(root, most)), first(os.path.join(root, now))
        cache = numbers(os.path.join(root, "memory.stat")).get(inactive, 0.0)
        if 0 < limit < 1 << 60 and used > 0:
            shares.append(1 - (used - cache) / limit)
    return min([1.0, *shares])


def numbers(path: str) -> Dict[str, float]:
    """The first number of each line, by the word before it."""
    found: Dict[str, float] = {}
    try:
        with open(path) as file:
            for line in file:
                words = line.split()
                if len(words) > 1 and words[1].isdigit():
                    found[words[0]] = float(words[1])
    except OSError:
        pass
    return found


def first(path: str) -> float:
    """The number in a file; 0 where there is none."""
    try:
        with open(path) as file:
            return float(file.read().strip() or 0)
    except (OSError, ValueError):
        return 0.0
