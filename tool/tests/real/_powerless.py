"""Commands as a user gives them who may not do all that root may."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from real._sandbox import REPOSITORY, START, Sandbox

NOBODY = 65534

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can give files to another user"
)


def without_powers(home: Sandbox, *words: str) -> dict[str, Any]:
    """What a command answers: without its powers root is a user as any other."""
    argv = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", sys.executable, "-I", "-c"]
    variables = {**home.variables, "TORCH_STARTER_ROOT": str(home.root), "TORCH_STARTER_PLATFORM": "tests"}
    words = (*argv, START.format(source=str(REPOSITORY / "tool" / "src")), *words, "--json")
    done = subprocess.run(words, env=variables, cwd=home.root, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout or done.stderr)
    return found


def shut(folder: Path) -> Path:
    """Give a folder to another user, who keeps it for himself."""
    os.chown(folder, NOBODY, NOBODY)
    folder.chmod(0o700)
    return folder
