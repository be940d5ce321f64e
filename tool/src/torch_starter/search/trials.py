"""What was tried is kept, by the hash of the set and of what it was tried with: nothing is tried twice, also in later runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from torch_starter.core.files import Files
from torch_starter.core.trial import Trial

PACKAGE = Path(__file__).parent.parent
JUDGES = ("checks", "probes", "core/knowledge.toml")  # what decides whether a set passes


@dataclass(frozen=True)
class Trials:
    """The kept trials of one project on one platform. `conditions` is all but the set that a result depends on."""

    folder: Path
    files: Files
    conditions: Mapping[str, str]

    def key(self, versions: Mapping[str, str]) -> str:
        """The hash that stands for a set under these conditions."""
        text = json.dumps([sorted(versions.items()), sorted(self.conditions.items())])
        return hashlib.sha256(text.encode()).hexdigest()

    def read(self, versions: Mapping[str, str]) -> Trial | None:
        """What is known of a set; None where it was not tried, or what was kept cannot be read."""
        text = self.files.read(self._path(versions))
        try:
            return msgspec.json.decode(text, type=Trial) if text else None
        except msgspec.DecodeError:
            return None

    def keep(self, trial: Trial) -> None:
        """Write down what became of a set; raises DiskProblem."""
        self.files.write(self._path(trial.versions), msgspec.json.format(msgspec.json.encode(trial)).decode())

    def _path(self, versions: Mapping[str, str]) -> Path:
        return self.folder / f"{self.key(versions)[:32]}.json"


def judges() -> str:
    """A hash of the checks and probes: a set that another version of them judged is tried again."""
    digest = hashlib.sha256()
    for name in JUDGES:
        path = PACKAGE / name
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def contents(root: Path, names: Sequence[str]) -> str:
    """A hash of files below `root`: what the user's own commands run may depend on them."""
    digest = hashlib.sha256()
    for name in sorted(names):
        path = root / name
        if path.is_file():
            state = path.stat()
            digest.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
