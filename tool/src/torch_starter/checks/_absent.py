"""Packages that are not there: an installation that was stopped leaves them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from torch_starter.checks._mending import needed_by_any
from torch_starter.core.evidence import Evidence
from torch_starter.core.repair import Reinstall


def absent(evidence: Evidence) -> list[str]:
    """The direct dependencies that are not installed."""
    return sorted(name for name in evidence.wanted if name not in evidence.installed.distributions)


def told_by(evidence: Evidence) -> dict[str, str]:
    """Which of them tells of each: an extra of which nothing is installed is one cause, and its first package says so."""
    names = absent(evidence)
    extras = {extra for name, extra in evidence.extra_of.items() if name in evidence.installed.distributions}
    first: dict[str, str] = {}
    for name in names:
        extra = evidence.extra_of.get(name, "")
        if extra and extra not in extras:
            first.setdefault(extra, name)
    return {name: first.get(evidence.extra_of.get(name, ""), name) for name in names}


def not_told(evidence: Evidence) -> dict[str, str]:
    """Those that no import tells of, with words for it: a quick look imports nothing."""
    told = {cause.id for cause in evidence.causes}
    by = told_by(evidence)
    return {name: f"{name} is not installed" for name in absent(evidence) if f"imports.{by[name]}" not in told}


def can_be_installed(evidence: Evidence, name: str) -> bool:
    """Whether it is known which version belongs into the environment, and that it belongs there."""
    return evidence.ours and name in evidence.locked


def some_can_be_installed(evidence: Evidence, names: Iterable[str]) -> bool:
    """Whether one of the names is not there and can be put there."""
    return any(can_be_installed(evidence, name) for name in names if name not in evidence.installed.distributions)


def repairs(evidence: Evidence) -> Iterator[Reinstall]:
    """Install what is not there in the versions of the lock: direct dependencies, and what others need."""
    names = sorted(needed_by_any(evidence) - evidence.installed.distributions.keys())
    pins = tuple((name, evidence.locked[name]) for name in names if can_be_installed(evidence, name))
    if pins:
        yield Reinstall(pins, "not installed")
