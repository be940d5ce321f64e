"""What was written between two looks is told, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.footprint import Footprint, changed, take

names = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)
footprints = st.dictionaries(names, st.tuples(*[st.integers(0, 2)] * 3), max_size=6).map(Footprint)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with files at several depths."""
    for name in ("train.py", "out/last.pt", "out/old/first.pt", "data/a/1", "data/a/2", ".git/HEAD", "pkg/__pycache__/x.pyc"):
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "project"


def told(project: Path, before: Footprint, *skip: Path, limit: int = 100) -> list[str]:
    return [os.path.relpath(path, project) for path in changed(before, take([project], skip, limit))]


def test_nothing_is_told_where_nothing_was_done(project: Path) -> None:
    before = take([project])
    assert len(before.files) == 5
    assert told(project, before) == []


def test_what_was_written_came_or_went_is_told(project: Path) -> None:
    before = take([project])
    (project / "train.py").write_text("train!!!")  # as long as before, at another time
    os.utime(project / "train.py", ns=(1, 1))
    (project / "new").mkdir()
    (project / "new" / "file").touch()
    (project / "data" / "a" / "1").unlink()
    assert told(project, before) == ["data/a/1", "new/file", "train.py"]


def test_a_file_that_took_the_place_of_another_is_told(project: Path) -> None:
    path = project / "out" / "last.pt"
    before, info = take([project]), path.stat()
    (project / "x").write_text(path.read_text())
    os.utime(project / "x", ns=(info.st_atime_ns, info.st_mtime_ns))
    (project / "x").replace(path)
    assert told(project, before) == ["out/last.pt"]


def test_links_are_looked_at_and_not_followed(project: Path) -> None:
    (project / "circle").symlink_to(project)
    before = take([project])
    assert str(project / "circle") in before.files
    (project / "circle").unlink()
    (project / "circle").symlink_to(project / "out")
    assert told(project, before) == ["circle"]


@pytest.mark.parametrize("name", [".git/HEAD", "pkg/__pycache__/x.pyc", "out/last.pt"])
def test_what_is_passed_over_is_not_told(project: Path, name: str) -> None:
    before = take([project], [project / "out"])
    (project / name).write_text("something else")
    assert told(project, before, project / "out") == []


def test_a_folder_within_another_is_looked_at_once(project: Path) -> None:
    assert take([project, project / "out", project]) == take([project])


def test_what_is_near_the_top_is_held_where_there_is_too_much(project: Path) -> None:
    found = take([project], limit=3)
    assert found.cut
    assert found.left == {str(project / "data" / "a")}
    assert {os.path.relpath(path, project) for path in found.files} == {"train.py", "out/last.pt", "out/old/first.pt"}
    assert not take([project], limit=5).cut


def test_what_fell_out_because_there_was_too_much_is_not_told_as_removed(project: Path) -> None:
    before = take([project], limit=5)
    (project / "log").touch()
    after = take([project], limit=5)
    assert after.cut
    assert changed(before, after) == [str(project / "log")]
    assert changed(after, before) == [str(project / "log")]


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert take([tmp_path / "nothing"]) == Footprint()


@given(before=footprints, after=footprints)
def test_a_path_is_told_if_and_only_if_it_differs(before: Footprint, after: Footprint) -> None:
    found = changed(before, after)
    assert found == changed(after, before)
    assert {path for path in {*before.files, *after.files} if before.files.get(path) != after.files.get(path)} == set(found)
