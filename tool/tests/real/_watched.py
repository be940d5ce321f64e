"""Scripts that are run with the harness in them, and what their processes told."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from torch_starter.core.tuning import Told
from torch_starter.verbs._trials import SITE, read


@dataclass
class Run:
    """What became of a run: what its processes told, and its end."""

    answers: list[Told]
    done: subprocess.CompletedProcess[str]
    folder: Path

    @property
    def told(self) -> Told:
        return next(answer for answer in sorted(self.answers, key=lambda each: each.rank) if answer.window is not None)


@dataclass
class Bench:
    """A folder with scripts, in which trials are run."""

    python: Path
    folder: Path
    near: Path

    def run(self, text: str, *words: str, argv: tuple[str, ...] = (), **request: Any) -> Run:
        """Run a script, called script.py, as a trial of two steps to warm up and five that are measured."""
        (self.folder / "script.py").write_text(textwrap.dedent(text))
        near = self.near
        asked = {"warm": 2, "steps": 5, "seconds": 60, "least": 0, "losses": 64, "seed": 0, "turns": {}, **request}
        (near / "request.json").write_text(json.dumps(asked))
        variables = {
            **os.environ,
            "PYTHONPATH": str(SITE),
            "TORCH_STARTER_TRIAL": str(near / "request.json"),
            "OMP_WAIT_POLICY": "PASSIVE",
            "TMPDIR": str(near),
        }
        command = [str(self.python), *(argv or ("script.py",)), *words]
        done = subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, text=True, timeout=120)
        answers = [told for path in near.glob("*-*.json") if (told := read(path)) is not None]
        answers = [answer for answer in answers if answer.version]  # those that imported torch
        return Run(answers, done, self.folder)


@pytest.fixture
def bench(current: Path, tmp_path: Path) -> Iterator[Bench]:
    folder = tmp_path / "a b"
    folder.mkdir()
    with tempfile.TemporaryDirectory(prefix="ts-") as near:  # a short path: sockets are made in it
        yield Bench(current / ".venv" / "bin" / "python", folder, Path(near))
