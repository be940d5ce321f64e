"""What one looks for caches from: a project, its user's variables, and how much is in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from torch_starter.core.cached import Back, Part
from torch_starter.core.machine import Machine
from torch_starter.core.project import Project
from torch_starter.core.spec import Spec
from torch_starter.core.tree import Tree, measure


@dataclass(frozen=True)
class Lookout:
    """`trees` keeps what was measured of each part, by cache and name. `seen` is told how many files were, now and then."""

    project: Project
    machine: Machine
    spec: Spec
    seen: Callable[[int], None] = lambda files: None
    trees: dict[tuple[str, str], Tree] = field(default_factory=dict)

    @property
    def variables(self) -> Mapping[str, str]:
        return self.machine.variables

    @property
    def home(self) -> Path:
        return Path(self.variables.get("HOME") or "/")

    @property
    def user_caches(self) -> Path:
        """Where programs of the user keep what they can make again (XDG)."""
        return Path(self.variables.get("XDG_CACHE_HOME") or self.home / ".cache")

    def given(self, variable: str, otherwise: Path) -> Path:
        """The folder that a variable names, or else the usual one."""
        value = self.variables.get(variable)
        return Path(os.path.abspath(Path(value).expanduser())) if value else otherwise

    def part(
        self, cache: str, name: str, paths: Sequence[Path], back: Back = Back(), *, kept: str = "", named: bool = False
    ) -> Part:
        """Measure what goes as one. A cost without an amount is that of its bytes."""
        tree = measure(paths, self.seen)
        self.trees[cache, name] = tree
        if back.cost == "download" and not back.bytes:
            back = Back("download", tree.size)
        return Part(
            cache=cache,
            name=name,
            paths=tuple(map(str, paths)),
            size=tree.size,
            frees=tree.frees,
            files=tree.files,
            made=tree.made,
            used=tree.used,
            back=back,
            kept=kept,
            named=named,
        )
