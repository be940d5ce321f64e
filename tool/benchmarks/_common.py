"""What the benchmark scripts share: a clone to work in, the state of the machine, medians."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).resolve().parents[2]


@contextmanager
def clone() -> Iterator[Path]:
    """A fresh clone of what is committed, below the repository's own disk so that links into the cache of packages work."""
    base = REPOSITORY / ".torch-starter"
    base.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="benchmark ", dir=base) as folder:
        there = Path(folder) / "a clone"
        subprocess.run(["git", "clone", "-q", REPOSITORY, there], check=True)
        subprocess.run([there / "dev.sh", "--version"], check=True, capture_output=True)
        yield there


def uv() -> str:
    """uv on PATH, or the one that dev.sh installed."""
    import shutil

    found = shutil.which("uv") or next(map(str, REPOSITORY.glob(".torch-starter/*/uv/bin/uv")), None)
    if found is None:
        sys.exit("run ./dev.sh once: it installs uv")
    return found


def machine() -> str:
    """The line that says where figures come from."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    version = subprocess.run([uv(), "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, uv {version}"
    return f"{os.cpu_count()} cores, {system}, load {load}"


def row(name: str, seconds: Sequence[float], unit: str = "s") -> str:
    """A figure: median, and from which to which."""
    return f"{name:44} {statistics.median(seconds):8.2f} {unit}  ({min(seconds):.2f} to {max(seconds):.2f}, n={len(seconds)})"
