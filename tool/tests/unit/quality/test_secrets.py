"""The member `secrets` of all-checks: a finding for each secret, and never "well" where it could not look."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from torch_starter.core.facts import Unknown
from torch_starter.core.report import Finding
from torch_starter.quality.secrets import QUALITY
from unit.quality.coded import code
from unit.scanning.planted import planted

ME = ("-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "commit.gpgsign=false")
TOKEN = planted()[0].text


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", *ME, *words], cwd=root, check=True, capture_output=True)


def look(root: Path, files: dict[str, str], *, with_git: bool = True) -> list[Finding]:
    return list(QUALITY.look(code(root, files, git=with_git)))


def told(found: list[Finding]) -> list[tuple[str, str]]:
    return [(each.id, each.verdict) for each in found]


def test_a_project_without_one_is_well(tmp_path: Path) -> None:
    assert told(look(tmp_path, {"src/train.py": "x = 1\n"})) == [("secrets.files", "ok"), ("secrets.history", "ok")]


def test_without_git_files_are_searched_and_the_history_does_not_apply(tmp_path: Path) -> None:
    found = look(tmp_path, {"src/train.py": TOKEN}, with_git=False)
    assert told(found) == [("secrets.hugging-face", "fail"), ("secrets.history", "skip")]
    assert str(found[0].place) == "src/train.py:1"


def test_what_a_file_and_the_history_hold_is_one_finding(tmp_path: Path) -> None:
    look(tmp_path, {"train.py": TOKEN})
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    found = look(tmp_path, {})
    assert told(found) == [("secrets.hugging-face", "fail"), ("secrets.history", "ok")]
    assert "in commit " in found[0].seen
    (tmp_path / "train.py").write_text("")
    found = look(tmp_path, {})
    assert told(found) == [("secrets.files", "ok"), ("secrets.hugging-face", "fail")]
    assert "filter-repo" in found[1].remedy


def test_what_is_staged_and_mended_since_is_told(tmp_path: Path) -> None:
    look(tmp_path, {"train.py": TOKEN})
    git(tmp_path, "add", "train.py")
    (tmp_path / "train.py").write_text("")
    found = look(tmp_path, {})
    assert told(found) == [("secrets.hugging-face", "fail"), ("secrets.history", "ok")]
    assert "in what is staged" in found[0].seen


def test_a_list_that_cannot_be_understood_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(Unknown, match="one list"):
        look(tmp_path, {"pyproject.toml": "[tool.torch-starter.secrets]\nallow = 1\n"})
