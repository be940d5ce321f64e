"""Processes that run already, and the tool that looks at them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from real._place import SOURCE

REAL_CACHE = str(Path.home() / ".cache" / "uv")  # read before tests get a home of their own
READY = 'print("ready", flush=True)\n'
NAP = "from time import sleep\n" + READY + "sleep(1000)\n"


@dataclass(frozen=True)
class Looking:
    """A project of its own from which processes are looked at, and the folder of their scripts."""

    root: Path
    before: tuple[str, ...] = ()

    def run(self, *words: str, **more: str) -> tuple[int, str, str]:
        variables = {**os.environ, "UV_CACHE_DIR": REAL_CACHE, "TORCH_STARTER_ROOT": str(self.root), "PYTHONPATH": SOURCE}
        variables.update({"TORCH_STARTER_PLATFORM": "here", "PWD": str(self.root), **more})
        own = Path(sys.prefix).parent / "uv" / "bin"
        variables["PATH"] = f"{own}:{variables.get('PATH', '')}"
        argv = [*self.before, sys.executable, "-m", "torch_starter", "profile", *words]
        done = subprocess.run(argv, env=variables, cwd=self.root, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def answer(self, *words: str) -> dict[str, Any]:
        _, out, err = self.run("--json", *words)
        assert out, err
        report: dict[str, Any] = json.loads(out)
        return report


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Looking:
    root = tmp_path_factory.mktemp("looking")
    (root / "torch-starter.toml").write_text("")
    return Looking(root)


@contextmanager
def running(folder: Path, text: str, python: str = sys.executable) -> Iterator[subprocess.Popen[str]]:
    """A process of a script that has said that it is ready; afterwards it and its children are ended."""
    (folder / "train.py").write_text(text)
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(
        [python, "train.py"],
        cwd=folder,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        assert process.poll() is None, "it was ended by looking at it"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
