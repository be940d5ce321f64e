"""Starts the runner of probes on probe files of our own making."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch_starter.core.probing import RUNNER, Answer
from torch_starter.core.processes import Done, LocalProcesses

SEGFAULT = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"
HANG = "import threading\nthreading.Event().wait()\n"
NOISE = "print('noise at import')\n"
EXIT = "import sys\nsys.exit('leaving')\n"
VANISH = "import os\nos._exit(0)\n"


@dataclass(frozen=True)
class Run:
    """What the runner told of each probe: its answer, and that its module was imported; and how the runner ended."""

    answers: dict[str, Answer]
    imported: dict[str, dict[str, Any]]
    done: Done


@dataclass(frozen=True)
class Bench:
    """A folder with modules that a target can import, and probe files."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / f"{name}.py"
        path.write_text(text)
        return path

    @property
    def variables(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.folder)}

    def request(self, name: str, module: str = "", timeout: float = 30) -> dict[str, Any]:
        """A probe `name` of a file of that name, whose function is `probe`; only an import where there is no such file."""
        file = self.folder / f"{name}.py"
        function = "probe" if file.exists() and "def probe" in file.read_text() else ""
        return {"name": name, "module": module, "file": str(file), "function": function, "timeout": timeout}

    def run(self, *probes: dict[str, Any], fork: bool = True, jobs: int = 2) -> Run:
        lines: list[dict[str, Any]] = []
        request = {"preload": [], "warm": [], "blocked": [], "fork": fork, "jobs": jobs, "timeout": 30, "probes": probes}
        done = LocalProcesses().run(
            [sys.executable, RUNNER],
            env=self.variables,
            input=json.dumps(request),
            timeout=60,
            on_answer=lambda line: lines.append(json.loads(line)),
        )
        answers = {line["probe"]: Answer(**line) for line in lines if "probe" in line}
        return Run(answers, {line["imported"]: line for line in lines if "imported" in line}, done)
