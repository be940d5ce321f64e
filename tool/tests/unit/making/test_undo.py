"""What was put in force goes out of it again, byte for byte."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.files import LocalFiles
from torch_starter.making.undo import Undo

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.binary(max_size=20) | st.none(), st.lists(TEXT, min_size=1, max_size=4))
def test_each_undo_brings_back_the_bytes_before(first: bytes | None, texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, undo = Path(folder) / "a" / "file", Undo(LocalFiles(), Path(folder) / "undo.json")
        path.parent.mkdir()
        if first is not None:
            path.write_bytes(first)
        before: list[bytes | None] = []
        for text in texts:
            before.append(path.read_bytes() if path.exists() else None)
            undo.write("step", {path: text})
            assert path.read_bytes() == text.encode()
        for content in reversed(before):
            assert undo.undo(None)
            assert (path.read_bytes() if path.exists() else None) == content
        assert undo.undo(None) is None


def test_what_somebody_changed_since_is_theirs(tmp_path: Path) -> None:
    path, other, undo = tmp_path / "file", tmp_path / "other", Undo(LocalFiles(), tmp_path / "undo.json")
    path.write_text("before")
    undo.write("step", {path: "ours", other: "ours"})
    path.write_text("theirs")
    found = undo.undo(None)
    assert found is not None
    assert found[1] == [path]
    assert (path.read_text(), other.read_text()) == ("theirs", "ours")
    assert [step.name for step in undo.steps()] == ["step"]


def test_a_write_that_was_stopped_half_way_can_be_undone(tmp_path: Path) -> None:
    first, second, undo = tmp_path / "first", tmp_path / "second", Undo(LocalFiles(), tmp_path / "undo.json")
    second.mkdir()  # it cannot be written
    with pytest.raises(Exception, match="second"):
        undo.write("step", {first: "ours", second: "ours"})
    assert first.exists()
    found = undo.undo("step")
    assert found is not None
    assert found[1] == []
    assert not first.exists()


def test_a_step_of_a_name_is_undone_and_others_stay(tmp_path: Path) -> None:
    one, other, undo = tmp_path / "one", tmp_path / "other", Undo(LocalFiles(), tmp_path / "undo.json")
    undo.write("one", {one: "x"})
    undo.write("other", {other: "y"})
    assert undo.undo("one")
    assert not one.exists()
    assert other.exists()
    assert undo.undo("one") is None


def test_a_journal_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "undo.json").write_text("{")
    assert Undo(LocalFiles(), tmp_path / "undo.json").undo(None) is None
