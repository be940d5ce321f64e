"""A home and a project for looking at caches."""

from __future__ import annotations

import json
from pathlib import Path

from torch_starter.core.cached import Part
from torch_starter.core.files import LocalFiles
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout
from torch_starter.core.machine import Machine
from torch_starter.core.processes import Processes
from torch_starter.core.project import Project
from torch_starter.core.spec import Cache as CacheOfSpec
from torch_starter.core.spec import Spec
from torch_starter.testing import NoProcesses

BIG = b"x" * 100_000


class Home:
    """A folder with a home and a project in it."""

    def __init__(self, folder: Path, processes: Processes | None = None, spec: Spec | None = None, **variables: str) -> None:
        self.folder = folder
        self.home, self.root = folder / "home", folder / "project"
        for each in (self.home, self.root):
            each.mkdir(exist_ok=True)
        self.project = Project(self.root, "linux-x86_64")
        machine = Machine(processes or NoProcesses(), LocalFiles(), {"HOME": str(self.home), **variables})
        self.lookout = Lookout(self.project, machine, spec or Spec(), tools={"uv": Path("/bin/uv")})

    def file(self, path: str, content: bytes | str = BIG) -> Path:
        """Write a file below the folder; its path."""
        made = self.folder / path
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(content.encode() if isinstance(content, str) else content)
        return made

    def link(self, path: str, target: str) -> Path:
        made = self.folder / path
        made.parent.mkdir(parents=True, exist_ok=True)
        made.symlink_to(target)
        return made

    def parts(self, cache: Cache) -> dict[str, Part]:
        """What a cache finds, by name."""
        return {part.name: part for part in cache.parts(self.lookout)}

    def remember(self, *names: str, platform: str = "linux-x86_64") -> None:
        """Which environments were switched to, the newest first."""
        self.file(f"project/.torch-starter/{platform}/history.json", json.dumps({"newest_first": list(names)}))


def of_spec(host: str, variable: str | None = None) -> CacheOfSpec:
    """A cache of the spec."""
    return CacheOfSpec(host=host, container="/there", volume="volume", variable=variable)
