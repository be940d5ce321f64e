"""The whole stack: this repository's environment from its lock, and one that a resolver is content with."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from real._sandbox import not_well, uv, verdicts
from real.conftest import REAL_CACHE

# What the ranges of pyproject.toml resolved to on 2026-11-23, with uv's consent: three breaks that no metadata declares.
RESOLVED = (
    "torch==2.15.0",
    "torchvision==0.29.2",
    "torchaudio==2.11.0",
    "numpy==1.26.4",
    "pandas==2.3.3",
    "pyarrow==26.0.1",
    "transformers==4.57.6",
    "accelerate==0.34.2",
    "datasets==2.21.0",
    "scipy",
    "scikit-learn",
    "matplotlib",
    "safetensors",
)
CACHE = {**os.environ, "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", REAL_CACHE)}


def verify(current: Path, *words: str) -> dict[str, Any]:
    """The JSON answer of verify-setup."""
    done = subprocess.run(["./dev.sh", "verify-setup", "--json", *words], cwd=current, capture_output=True, text=True, env=CACHE)
    report: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == report["exit_code"]
    return report


@pytest.fixture(scope="module")
def broken(current: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment made by plain uv."""
    folder = tmp_path_factory.mktemp("plain") / "broken"
    subprocess.run([uv(), "venv", "-q", "--python", str(current / ".venv/bin/python"), str(folder)], check=True, env=CACHE)
    argv = [uv(), "pip", "install", "-q", "--python", str(folder / "bin" / "python"), *RESOLVED]
    done = subprocess.run(argv, env=CACHE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "bin" / "python"


def test_our_own_environment_is_whole(current: Path) -> None:
    report = verify(current)
    assert list(not_well(report)) == []
    well = [id for id, verdict in verdicts(report).items() if verdict == "ok"]
    assert {"packages.lock", "uses.torch", "training.trainer", "numerics.matmul", "bridges.numpy-torch"} <= set(well)


def test_what_a_resolver_gives_has_three_breaks_each_named_once_with_its_mend(current: Path, broken: Path) -> None:
    assert subprocess.run([uv(), "pip", "check", "-q", "--python", broken]).returncode == 0, "a resolver is content"
    report = verify(current, "--python", str(broken))
    named = {"packages.trio.torchaudio", "packages.breaks.pyarrow", "packages.breaks.transformers"}
    assert report["exit_code"] == 1
    assert set(not_well(report)) == named
    remedies = [finding["remedy"] for finding in report["findings"] if finding["id"] in named]
    for remedy in remedies:
        _, *words = shlex.split(remedy)
        assert words[:2] == ["pip", "install"]
        done = subprocess.run([uv(), *words], env=CACHE, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert list(not_well(verify(current, "--python", str(broken)))) == [], "the commands mend it"


def test_examples_train(current: Path) -> None:
    for name in ("vision.py", "text.py"):
        argv = ["./dev.sh", "run", "--", "python", f"examples/{name}", "--steps", "20", "--batch", "16"]
        done = subprocess.run(argv, cwd=current, capture_output=True, text=True, env=CACHE)
        assert done.returncode == 0, done.stderr
        losses = [float(line.split()[3]) for line in done.stdout.splitlines() if line.startswith("step")]
        assert losses[-1] < losses[0]
