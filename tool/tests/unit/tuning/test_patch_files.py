"""Several patches of one file, and files of all kinds, as git takes them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from torch_starter.core.place import Place
from torch_starter.core.tuning import Loader, Told
from torch_starter.tuning.patch import edits, source
from unit.tuning.scripts import TRAINING, WORKERS, apply, line_of, member, patched, told


@pytest.mark.parametrize("call", ["a call in one line", "lines of their own"])
def test_members_of_a_profile_are_applied_one_after_the_other(tmp_path: Path, call: str) -> None:
    given = "DataLoader(images(), batch_size=32)"
    text = TRAINING if call == "a call in one line" else TRAINING.replace(given, "DataLoader(\n        images(),\n    )")
    file = tmp_path / "train.py"
    file.write_text(text)
    turns: list[dict[str, Any]] = [
        WORKERS,
        {"loader": {"persistent_workers": True}},
        {"compile": "default"},
        {"optimizer": "fused"},
        {"cudnn_benchmark": True},
        {"interop_threads": 1},
    ]
    members = [member(each) for each in turns]
    found = [edits(each, told(text, file), source, tmp_path, members[:place]) for place, each in enumerate(members)]
    apply(tmp_path, "".join(edit.patch for each in found for edit in each))
    now = file.read_text()
    compile(now, "train.py", "exec")
    words = ("num_workers=2, persistent_workers=True", "model.compile()\n    optimizer", "lr=1e-3, fused=True)")
    assert all(each in now for each in words)
    assert "\n\ntorch.backends.cudnn.benchmark = True\ntorch.set_num_interop_threads(1)\n\n\nclass" in now


def test_line_ends_and_a_mark_at_the_begin_stay(tmp_path: Path) -> None:
    text = "\ufeff" + TRAINING.replace("\n", "\r\n")
    now = patched(tmp_path, text, {"compile": "default"})
    assert now == text.replace("    optimizer = ", "    model.compile()\r\n    optimizer = ")
    lines = text.replace("images(), batch_size=32", "\r\n        images(),\r\n    ")
    assert ",\r\n        num_workers=2,\r\n    )" in patched(tmp_path, lines, WORKERS)


def test_a_file_may_end_without_a_line_end(tmp_path: Path) -> None:
    text = "x = 1\ndata = DataLoader(images)"
    assert patched(tmp_path, text, WORKERS) == "x = 1\ndata = DataLoader(images, num_workers=2)"


def test_a_file_in_another_encoding_is_patched_where_that_makes_no_difference(tmp_path: Path) -> None:
    near = "# coding: latin-1\n# größer\ndata = DataLoader(images)\n"
    far = near.replace("data", "a = 1\nb = 2\nc = 3\nd = 4\ndata")
    told_so = []
    for text in (near, far):
        (tmp_path / "train.py").write_bytes(text.encode("latin-1"))
        (edit,) = edits(member(WORKERS), told(text, tmp_path / "train.py"), source, tmp_path)
        told_so.append(edit)
    assert (told_so[0].patch, "not in UTF-8" in told_so[0].text) == ("", True)
    apply(tmp_path, told_so[1].patch)
    assert (tmp_path / "train.py").read_bytes() == far.replace("(images)", "(images, num_workers=2)").encode("latin-1")


@pytest.mark.parametrize("name", ["train.py", "a folder/größe x.py", "deep/er/train.py"])
def test_git_takes_it_in_a_repository_and_below_its_root(tmp_path: Path, name: str) -> None:
    root = tmp_path / "repository" / "below"
    (root / name).parent.mkdir(parents=True)
    text = TRAINING.replace("paper", "papér")
    (root / name).write_text(text)
    subprocess.run(["git", "init", "-q", tmp_path / "repository"], check=True)
    (edit,) = edits(member(WORKERS), told(text, root / name), source, root)
    assert edit.place == Place(name, line_of(text, "DataLoader("))
    apply(root, edit.patch)
    assert (root / name).read_text() == text.replace("batch_size=32)", "batch_size=32, num_workers=2)")


@pytest.mark.parametrize("data", [b"\xff\xfe", b"# coding: nothing\n", b"\x00", b""])
def test_a_file_that_is_no_text_or_no_longer_there_is_for_people(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "train.py"
    if data:
        file.write_bytes(data)
    seen = Told(kind="training", loaders=[Loader(place=Place(str(file), 1))])
    (edit,) = edits(member(WORKERS), seen, source, tmp_path)
    assert (edit.patch, "could not be read" in edit.text) == ("", True)
