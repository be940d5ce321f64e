"""The linters, as real processes, with the settings of tool/pyproject.toml."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shape.source import ROOT, TOOL

BESIDE_PYTHON = Path(sys.executable).parent


def program(name: str) -> str:
    found = shutil.which(name, path=str(BESIDE_PYTHON)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: it is in lock-dev.txt")
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("ruff", "check", "src", "tests"),
        ("ruff", "format", "--check", "src", "tests"),
        ("mypy", "--strict", "src/torch_starter", "tests"),
        ("shellcheck", str(ROOT / "dev.sh")),
    ],
    ids=" ".join,
)
def test_nothing_is_to_be_said_by(words: tuple[str, ...]) -> None:
    done = subprocess.run([program(words[0]), *words[1:]], cwd=TOOL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
