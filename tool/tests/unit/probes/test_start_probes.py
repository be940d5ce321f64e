"""The probes that need no torch, on folders of our own making."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.probes.interpreter import _owner, _read_pth, customization
from torch_starter.probes.loader import _rivals
from torch_starter.probes.packages import _of_folder, installed


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site-packages"
    (folder / "mine-1.0.dist-info").mkdir(parents=True)
    (folder / "mine-1.0.dist-info" / "RECORD").write_text("mine.pth,sha256=x,1\nmine/start.py,sha256=x,1\n")
    return folder


def test_a_pth_file_has_code_and_folders(site: Path) -> None:
    (site / "there").mkdir()
    (site / "x.pth").write_text("# words\nimport a\nthere\n/no/such/folder\n\n")
    assert _read_pth(str(site / "x.pth")) == (["import a"], ["/no/such/folder"])
    assert _read_pth(str(site / "none.pth")) == ([], [])


@pytest.mark.parametrize(("path", "owner"), [("mine.pth", "mine"), ("mine/start.py", "mine"), ("other.pth", "")])
def test_an_owner_is_told_by_record(site: Path, path: str, owner: str) -> None:
    assert _owner(str(site / path)) == owner


def test_this_interpreter_can_be_asked() -> None:
    assert set(customization()) == {"modules", "lines", "absent"}
    assert installed()["distributions"]["msgspec"]["version"]


def test_metadata_that_lost_its_name_is_known_by_its_folder(site: Path) -> None:
    assert _of_folder(str(site / "mine-1.0.dist-info")) == ("mine", "1.0")
    assert _of_folder(str(site / "other-1.0.dist-info")) == ("", "")


@pytest.mark.parametrize(("size", "found"), [(3, True), (2, False)])
def test_a_library_of_the_same_name_and_another_size_is_a_rival(tmp_path: Path, size: int, found: bool) -> None:
    own, other = tmp_path / "own" / "libcudnn.so.9", tmp_path / "other" / "libcudnn.so.9"
    for path, length in ((own, 2), (other, size)):
        path.parent.mkdir()
        path.write_bytes(bytes(length))
    value = f"{own.parent}:{other.parent}:/no/such/folder:"
    assert _rivals(value, {own.name: str(own)}) == ({str(other.parent): [own.name]} if found else {})
