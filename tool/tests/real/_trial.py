"""One run of a script with the harness in it, as a search starts it: what its process told."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch_starter.core.tuning import Told, Value
from torch_starter.verbs._trials import SITE, read, turned

REQUEST = {"steps": 2, "seconds": 60, "least": 0, "losses": 64, "seed": 0}


@dataclass(frozen=True)
class Script:
    """A script, and the environment that it is run in."""

    python: Path
    path: Path

    def run(
        self, value: Value, variables: Mapping[str, str] | None = None, argv: tuple[str, ...] = (), warm: int = 3
    ) -> tuple[Told, str]:
        """What the process that did the steps told, and what was printed. What is compiled is kept beside the script."""
        with tempfile.TemporaryDirectory(prefix="ts-") as near:  # a short path: sockets are made in it
            asked = Path(near) / "request.json"
            compiled = self.path.parent / "compiled"
            request = {**REQUEST, "warm": warm, "turns": dict(value.turns), "through": [str(compiled)]}
            asked.write_text(json.dumps(request))
            own = {
                "PYTHONPATH": str(SITE),
                "TORCH_STARTER_TRIAL": str(asked),
                "TMPDIR": near,
                "TORCHINDUCTOR_CACHE_DIR": str(compiled),
            }
            plain = {name: text for name, text in os.environ.items() if not name.startswith(("OMP_", "MKL_", "GOMP_", "MALLOC_"))}
            env = turned({**plain, **(variables or {}), **own}, [value])
            command = [str(self.python), *argv, str(self.path)]
            done = subprocess.run(command, cwd=self.path.parent, env=env, capture_output=True, text=True, timeout=300)
            found = [told for path in Path(near).glob("answer-*.json") if (told := read(path)) is not None]
        stepped = sorted((told for told in found if told.window is not None), key=lambda told: told.rank)
        assert stepped, done.stdout + done.stderr
        return stepped[0], done.stdout + done.stderr

    def finish(self, turns: Mapping[str, Any], *words: str) -> str:
        """What it printed when it came to its end with these turns in force, as `run` puts them."""
        env = {**os.environ, "PYTHONPATH": str(SITE), "TORCH_STARTER_TURNS": json.dumps(turns)}
        command = [str(self.python), str(self.path), *words]
        done = subprocess.run(command, cwd=self.path.parent, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def script(current: Path, folder: Path, text: str) -> Script:
    """A script in a folder, to be run in this repository's environment."""
    path = folder / "script.py"
    path.write_text(text)
    return Script(current / ".venv" / "bin" / "python", path)
