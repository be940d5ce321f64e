"""The files beside the source: locks, the door, the documentation."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from shape.source import ROOT, SRC, TOOL

LOCKS = [*sorted((ROOT / "locks").glob("*.txt")), *sorted(TOOL.glob("lock*.txt"))]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("README.md")]
DECISIONS = ROOT / "docs" / "decisions"
INDEX = re.compile(r"https?://|^\s*-(?!-hash=sha256:)")


def test_no_lock_names_an_index() -> None:
    assert {"lock.txt", "lock-dev.txt"} < {path.name for path in LOCKS}
    assert not [f"{lock.name}: {line}" for lock in LOCKS for line in lock.read_text().splitlines() if INDEX.search(line)]


def test_no_other_lock_is_tracked() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "torch-starter.toml" in tracked
    assert not [name for name in tracked if Path(name).name in ("uv.lock", "poetry.lock", "Pipfile.lock")]


def test_the_door_is_small() -> None:
    assert len((ROOT / "dev.sh").read_text().splitlines()) <= 60


def test_every_decision_is_listed() -> None:
    listed = set(re.findall(r"\]\(([a-z0-9-]+\.md)\)", (DECISIONS / "README.md").read_text()))
    assert listed == {page.name for page in DECISIONS.glob("*.md")} - {"README.md"}


def test_links_lead_to_files() -> None:
    links = [
        (page, link) for page in PAGES for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)", page.read_text())
    ]
    assert len(links) > 10
    assert not [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()]


def test_pages_that_the_source_names_exist() -> None:
    files = [ROOT / "torch-starter.toml", *SRC.rglob("*.py")]
    named = {name for path in files for name in re.findall(r"docs/decisions/([a-z0-9-]+\.md)", path.read_text())}
    assert "accelerators.md" in named
    assert not [name for name in named if not (DECISIONS / name).exists()]
