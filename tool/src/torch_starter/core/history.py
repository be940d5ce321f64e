"""Runs of benchmarks that were kept: JSON Lines, a line each, only ever added to."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from torch_starter.core import journal
from torch_starter.core.report import Measurement
from torch_starter.core.snapshot import Snapshot

SCHEMA = 1


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run: when (UTC), under which name (or none), and what was measured where.

    `machine` tells whether two runs are of one machine, `lock` is the hash of the packages' lock, `settings` is what was in
    effect as the target told it: threads, precision, allocator.
    """

    schema: int = SCHEMA
    at: str
    name: str = ""
    suite: str = ""
    machine: str
    lock: str = ""
    settings: dict[str, str] = {}
    snapshot: Snapshot
    measurements: tuple[Measurement, ...]


def read(text: str) -> list[Run]:
    """The runs in a file, the oldest first."""
    return [run for run in journal.read(text, Run) if run.schema == SCHEMA]


def line(run: Run) -> str:
    """A run as one line."""
    return msgspec.json.encode(run).decode()


def named(runs: Iterable[Run], name: str) -> Run | None:
    """The newest run of a name."""
    return next((run for run in reversed(list(runs)) if run.name == name), None)
