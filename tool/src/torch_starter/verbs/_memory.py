"""What memray wrote of a process is read when that has ended, by the interpreter that wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from torch_starter.core.ask import Ask
from torch_starter.core.profile import Process
from torch_starter.looking import memory
from torch_starter.verbs._watched import Job, shortened

READER = Path(__file__).parent.parent / "harness" / "_memory_read.py"
SECONDS = 300.0  # for the names of C++ functions, of which there are many


def read(ask: Ask, job: Job, near: Path, process: Process, beside: object) -> Process:
    """The process with what was seen; with a note where that cannot be read."""
    path = near / f"memory-{process.process}.json"
    text = ask.machine.files.read(path)
    if text is None or process.memory is None:
        return process
    told: dict[str, Any] = json.loads(text)
    if told["by"] == "memray" and told["windows"]:
        variables = {name: value for name, value in job.variables.items() if name not in ("PYTHONPATH", "TORCH_STARTER_TRIAL")}
        done = ask.machine.processes.run((job.python, READER, path), env=variables, cwd=job.folder, timeout=SECONDS)
        if not done.ok:
            said = next(iter(reversed(done.err.strip().splitlines())), "it did not come to its end")
            return replace(process, notes=(*process.notes, f"What memray wrote could not be read: {said}"))
        told |= json.loads(shortened(done.out, job))
    return replace(process, memory=memory.merged(process.memory, memory.windows(told), told.get("began", 0.0)))
