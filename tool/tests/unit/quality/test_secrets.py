"""The member `secrets` of all-checks: a finding for each secret, and never "well" where it could not look."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from torch_starter.core.facts import Unknown
from torch_starter.core.report import Finding
from torch_starter.quality._tracked import tracked
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


def test_what_files_hold_is_told_where_the_history_cannot_be_read(tmp_path: Path) -> None:
    root = code(tmp_path, {"train.py": TOKEN}, git=True)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    (tmp_path / ".git/refs/heads/broken").write_text("0123456789" * 4 + "\n")
    found = list(QUALITY.look(root))
    assert told(found) == [("secrets.hugging-face", "fail"), ("secrets.history", "unknown")]
    assert "git rev-list ended with 128" in found[1].seen


def test_what_the_history_holds_is_told_where_git_does_not_list_the_files(tmp_path: Path) -> None:
    root = code(tmp_path, {"train.py": TOKEN}, git=True)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    (tmp_path / "train.py").unlink()
    (tmp_path / ".git/index").write_bytes(b"nothing that git knows")
    found = list(QUALITY.look(root))
    assert told(found) == [("secrets.files", "unknown"), ("secrets.hugging-face", "fail")]
    assert "ls-files" in found[0].seen


def test_a_staged_file_that_is_lost_is_unknown(tmp_path: Path) -> None:
    root = code(tmp_path, {"train.py": "x = 1\n"}, git=True)
    git(tmp_path, "add", "-A")
    (blob,) = (tmp_path / ".git/objects").glob("??/*")
    blob.unlink()
    assert told(list(QUALITY.look(root)))[0] == ("secrets.files", "unknown")


def test_a_file_that_no_program_can_name_is_unknown_to_other_checks(tmp_path: Path) -> None:
    root = code(tmp_path, {"train.py": "x = 1\n"}, git=True)
    assert tracked(root) == ("train.py",)
    (tmp_path / os.fsdecode(b"caf\xe9.sh")).write_text("echo $1")
    with pytest.raises(Unknown, match=r"caf\\xe9\.sh is not UTF-8"):
        tracked(root)
