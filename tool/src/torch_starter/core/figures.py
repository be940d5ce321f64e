"""How figures are called: by their benchmark and what they were taken with."""

from __future__ import annotations

from collections.abc import Mapping


def key(benchmark: str, params: Mapping[str, str]) -> str:
    """Such as "matmul dtype=float32 threads=2": one figure, in every run."""
    return " ".join([benchmark, *(f"{name}={value}" for name, value in sorted(params.items()))])
