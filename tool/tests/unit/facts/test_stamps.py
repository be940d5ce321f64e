from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.core.files import LocalFiles
from torch_starter.facts.stamps import load, save


def test_stamps_are_kept(tmp_path: Path) -> None:
    save(LocalFiles(), tmp_path / "new" / "stamps.json", {"/env/a.dist-info": "1"})
    assert load(LocalFiles(), tmp_path / "new" / "stamps.json") == {"/env/a.dist-info": "1"}


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"a": 1}', "null"])
def test_damaged_stamps_are_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "stamps.json").write_text(text)
    assert load(LocalFiles(), tmp_path / "stamps.json") == {}


def test_stamps_that_cannot_be_kept_are_no_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    save(LocalFiles(), tmp_path / "file" / "stamps.json", {"a": "1"})
    assert load(LocalFiles(), tmp_path / "file" / "stamps.json") == {}
