"""What one looks for caches from: a project, its user's variables, and how much is in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from torch_starter.core.cached import Back, Part
from torch_starter.core.machine import Machine
from torch_starter.core.project import Project
from torch_starter.core.removal import ASIDE
from torch_starter.core.spec import Cache, Spec
from torch_starter.core.tree import Tree, measure

NOTHING = Back()


@dataclass(frozen=True)
class Lookout:
    """`trees` keeps what was measured of each part, by cache and name. `seen` is told how many files were, now and then.

    `tools`: programs that keep a cache themselves, by their names, as far as they are there. `shut` fills with what is there and
    could not be looked into, and the reason.
    """

    project: Project
    machine: Machine
    spec: Spec
    seen: Callable[[int], None] = lambda files: None
    trees: dict[tuple[str, str], Tree] = field(default_factory=dict)
    tools: Mapping[str, Path] = field(default_factory=dict)
    shut: dict[str, str] = field(default_factory=dict)

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
        """The folder that a variable names, exported or in the spec, or else the usual one."""
        if value := self.variables.get(variable):
            return Path(os.path.abspath(Path(os.path.expandvars(value)).expanduser()))
        of_spec = next((cache for cache in self.spec.caches.values() if cache.variable == variable), None)
        return cache_path(of_spec, self.project, str(self.home)) if of_spec else otherwise

    def inside(self, folder: Path) -> list[Path]:
        """What is in a folder, sorted, but what a removal that was stopped has left there; nothing where there is none.

        One that may not be listed is noted in `shut`.
        """
        try:
            return sorted(Path(entry.path) for entry in os.scandir(folder) if not entry.name.startswith(ASIDE))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self.refused(folder, error)
            return []

    def text(self, path: Path) -> str:
        """What is in a file; nothing where there is none. One that may not be read is noted in `shut`."""
        try:
            return path.read_text(encoding="utf-8", errors="surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:
            self.refused(path, error)
            return ""

    def closed(self, roots: Iterable[Path]) -> Mapping[str, str]:
        """All of `shut`, with those of these roots that are there and cannot be listed."""
        for root in roots:
            try:
                os.scandir(root).close()
            except FileNotFoundError:
                continue
            except OSError as error:
                if not isinstance(error, NotADirectoryError) or root.is_file():  # else it would be below a file: it is not there
                    self.refused(root, error)
        return self.shut

    def saw_all(self, folder: Path) -> bool:
        """Whether nothing below a folder was found to be shut."""
        return not any(Path(each).is_relative_to(folder) for each in self.shut)

    def refused(self, path: Path, error: OSError) -> None:
        """Note what could not be looked into."""
        self.shut[str(path)] = error.strerror or str(error)

    def part(
        self,
        cache: str,
        name: str,
        paths: Sequence[Path],
        back: Back = NOTHING,
        *,
        kept: str = "",
        named: bool = False,
        detail: str = "",
        within: str = "",
        holds: Sequence[Path] = (),
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
            used=max(tree.used, tree.made),  # where a file system does not note reading, what was written last is known
            back=back,
            kept=kept,
            named=named,
            detail=detail,
            within=within,
            holds=tuple(map(str, holds)),
        )


def cache_path(cache: Cache, project: Project, home: str) -> Path:
    """Where a cache is on a host: "~" is the home, a relative path is inside the project."""
    if cache.host.startswith("~"):
        return Path(home) / cache.host[1:].lstrip("/")
    return project.root / cache.host
