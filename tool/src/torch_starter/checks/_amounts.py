"""Findings on something of which there should be enough."""

from __future__ import annotations

from collections.abc import Callable

from torch_starter.core.report import Finding, Verdict
from torch_starter.core.units import human_size


def amount(
    id: str,
    title: str,
    have: int,
    *,
    warn: int,
    fail: int = 0,
    remedy: str,
    why: str = "",
    seen: str = "",
    show: Callable[[int], str] = human_size,
) -> Finding:
    """A finding on an amount: well from `warn` on, and where it is negative, which stands for no limit.

    Below `fail` nothing works with it. `seen` replaces the number, `why` says what the wanted one is for.
    """
    told: Verdict = "ok" if have < 0 or have >= warn else "fail" if have < fail else "warn"
    return Finding(
        id=id,
        verdict=told,
        title=title,
        seen=seen or ("no limit" if have < 0 else show(have)),
        wanted="" if told == "ok" else f"{show(warn)} or more{f': {why}' if why else ''}",
        remedy="" if told == "ok" else remedy,
    )
