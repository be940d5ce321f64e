"""What data sheets say of GPUs, by the names that NVML has for them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

Sheet = Mapping[str, Any]

FILE = Path(__file__).with_name("gpus.toml")
MAKER = {"nvidia", "tesla", "geforce", "quadro"}
SIZE = re.compile(r"\d+gb?|hbm\d\w*")  # of the memory, and its kind


@cache
def sheets() -> Mapping[str, Sheet]:
    """All of them, by our own names."""
    found: dict[str, Sheet] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return found


def sheet(device: str) -> Sheet:
    """That of a GPU; empty where there is none.

    What a name has more than a sheet's makes it another GPU ("Ti", "Laptop GPU", a part of one), except for the memory's
    size where the sheet tells none. Of several sheets that of the longest name counts.
    """
    fitting = [(len(words(name)), found) for found in sheets().values() for name in found["names"] if fits(name, device)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else {}


def fits(name: str, device: str) -> bool:
    """Whether a name of a sheet is that of a GPU."""
    known, more = words(name), words(device) - words(name)
    return known <= words(device) and all(SIZE.fullmatch(word) and not any(map(SIZE.fullmatch, known)) for word in more)


def words(name: str) -> set[str]:
    """The words of a name without the maker's: "NVIDIA A100-SXM4-40GB" and "A100 SXM4 40GB" are alike."""
    return set(re.split(r"[\s-]+", name.lower().strip())) - MAKER
