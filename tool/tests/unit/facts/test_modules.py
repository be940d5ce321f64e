from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.facts.modules import homonyms

INSTALLED = ("torch", "datasets", "tests", "_private")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("random.py", ("random.py",)),
        ("torch.py", ("torch.py",)),
        ("datasets/__init__.py", ("datasets/",)),
        ("datasets/data.csv", ()),
        ("train.py", ()),
        ("tests/__init__.py", ()),
        ("test.py", ()),
        ("os.py", ()),
        ("sys.py", ()),
        ("_private.py", ()),
        ("random.txt", ()),
    ],
)
def test_a_module_is_found_by_its_name(tmp_path: Path, path: str, found: tuple[str, ...]) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("")
    assert homonyms([tmp_path], INSTALLED, set()) == ({str(tmp_path): found} if found else {})


def test_folders_are_looked_at_once_unless_they_are_left_out_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "random.py").write_text("")
    (tmp_path / "link").symlink_to(tmp_path)
    assert list(homonyms([tmp_path, tmp_path / "link", tmp_path / "none"], (), set())) == [str(tmp_path)]
    assert homonyms([tmp_path], (), {str(tmp_path)}) == {}
