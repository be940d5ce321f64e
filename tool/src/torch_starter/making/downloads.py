"""Reads how far uv is from what it prints: which files it downloads, how large they are, which have come."""

from __future__ import annotations

import re

from torch_starter.core.progress import Stage

BEGUN = re.compile(r"^Downloading (?P<name>\S+) \((?P<amount>[\d.]+)(?P<unit>KiB|MiB|GiB)\)$")
COME = re.compile(r"^ Downloaded (?P<name>\S+)$")
UNITS = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


class Downloads:
    """The state of one installation. uv names files of 1 MiB and more: what is smaller is not counted."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._sizes: dict[str, float] = {}
        self._come: set[str] = set()

    def read(self, line: str) -> None:
        """Take one line of uv's stderr."""
        if found := BEGUN.match(line):
            self._sizes[found["name"]] = float(found["amount"]) * UNITS[found["unit"]]
        elif found := COME.match(line):
            self._come.add(found["name"])
        elif not line.startswith(("Prepared", "Installed")):
            return
        on_the_way = [name for name in self._sizes if name not in self._come]
        done = sum(self._sizes[name] for name in self._come if name in self._sizes)
        detail = f"{len(self._come)} of {len(self._sizes)} large files" if on_the_way else line.strip()
        self._stage.to(done, sum(self._sizes.values()), detail)
