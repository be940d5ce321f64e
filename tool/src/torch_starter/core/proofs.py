"""Proofs as files: JSON, in which what is infinite (an interval of one pair alone, say) is null."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from torch_starter.core.proof import SCHEMA, Proof

MAY_BE_INFINITE = ("high", "again_high", "provable")


def written(proof: Proof) -> str:
    """As the file has it, indented, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=2).decode() + "\n"


def read(text: str) -> Proof | None:
    """The proof that a file holds; None where it is none, or of another schema."""
    try:
        found = msgspec.convert(with_infinities(msgspec.json.decode(text)), Proof)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return found if found.schema == SCHEMA else None


def with_infinities(value: Any, key: str = "") -> Any:
    """The same with numbers where null means that there is no bound."""
    if isinstance(value, dict):
        return {name: with_infinities(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [with_infinities(each) for each in value]
    return math.inf if value is None and key in MAY_BE_INFINITE else value
