"""Repositories of a real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

ME = ("-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *ME, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def put(folder: Path, name: str, text: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def commit(folder: Path, words: str = "more") -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", words)


def places(found: object) -> list[tuple[str, int | None]]:
    return [(leak.file, leak.line) for leak in getattr(found, "found")]  # noqa: B009
