"""Trials that do not come to their end, as the tool starts them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from torch_starter.core.ask import Ask
from torch_starter.core.project import Project
from torch_starter.testing import NoProgress
from torch_starter.verbs._trials import Job, Length, Trials
from unit.machines import local

HANG = "import torch, threading\nthreading.Event().wait()\n"
KILLED = "import torch, os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
FULL = "import torch\ntorch.empty(1 << 50)\n"
LEFT = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import threading; threading.Event().wait()'])\n" + HANG


def outcome(current: Path, folder: Path, text: str, timeout: float) -> tuple[str, str]:
    (folder / "script.py").write_text(text)
    project = Project(folder, "here")
    (folder / "torch-starter.toml").write_text("")
    python = str(current / ".venv" / "bin" / "python")
    trials = Trials(Ask(project, local(), NoProgress(), {}), Job((python, "script.py"), folder, dict(os.environ)))
    found = trials.run((), Length(warm=1, steps=2, seconds=5, timeout=timeout))
    assert not [path.name for path in project.state.glob("aside-*")]
    return found.outcome, found.mark


def test_one_that_hangs_is_ended_with_all_that_it_started(current: Path, tmp_path: Path) -> None:
    """One by itself and one with a child, beside each other: both have to be waited for."""
    folders = [tmp_path / name for name in ("alone", "with a child")]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor() as pool:
        told = list(pool.map(lambda folder, text: outcome(current, folder, text, timeout=20.0), folders, (HANG, LEFT)))
    assert told == [("hung", "torch is imported")] * 2


def test_one_that_is_killed_or_asks_for_too_much_had_too_little_memory(current: Path, tmp_path: Path) -> None:
    assert outcome(current, tmp_path, KILLED, timeout=60.0)[0] == "memory"
    assert outcome(current, tmp_path, FULL, timeout=60.0)[0] == "memory"
