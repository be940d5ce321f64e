"""What the real tests share."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from real._sandbox import REPOSITORY, Sandbox, uv


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A small project with one package, not set up yet."""
    made = Sandbox(tmp_path)
    os.environ["PATH"] = made.variables["PATH"] = f"{Path(uv()).parent}:{os.environ['PATH']}"
    made.package("alpha")
    made.want("alpha")
    return made


@pytest.fixture
def ready(sandbox: Sandbox) -> Sandbox:
    """The same, set up."""
    code, out, err = sandbox.run("setup")
    assert code == 0, out + err
    return sandbox


@pytest.fixture(scope="session")
def current() -> Path:
    """This repository, with its environment set up from its lock and proven."""
    done = subprocess.run([REPOSITORY / "dev.sh", "setup"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return REPOSITORY
