"""What the cache of packages lacks: asked only where the network is gone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch_starter.core.machine import Machine
from torch_starter.making.uv import is_absent

MOST_NAMED = 8


def lacking(
    uv: Path, python: Path, lock: Path, pins: Mapping[str, str], machine: Machine, variables: Mapping[str, str]
) -> list[str]:
    """The packages ("torch 2.14.1") that uv cannot install from its cache alone, of those given by name and version.

    They are really installed, into an environment that is to be thrown away: metadata may be cached where a wheel is not.
    """
    found = []
    for name, version in pins.items():
        argv: list[str | Path] = [
            uv,
            "pip",
            "install",
            "--offline",
            "--no-deps",
            "--require-hashes",
            "-c",
            lock,
            "--python",
            python,
        ]
        done = machine.processes.run([*argv, f"{name}=={version}"], env=variables)
        if not done.ok and is_absent(done.err):
            found.append(f"{name} {version}")
    return found


def in_words(lacking: list[str], of: int) -> str:
    """Such as "3 of 16 direct dependencies are not in the cache: torch 2.14.1, numpy 1.26.4, …"."""
    more = f" and {len(lacking) - MOST_NAMED} more" if len(lacking) > MOST_NAMED else ""
    if not lacking:
        return f"all {of} direct dependencies are in the cache"
    return f"{len(lacking)} of {of} direct dependencies not in the cache: {', '.join(lacking[:MOST_NAMED])}{more}"
