"""What a command runs: by that a profile is found again, whatever its arguments are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_starter.tuning.command import script


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "other.py").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "python train.py",
        "python3 train.py --steps 3",
        "/usr/bin/python3.12 -u -W ignore -X dev train.py -m x",
        "python ./sub/../train.py",
        "torchrun --nproc_per_node 2 train.py --lr 1",
        "python -m torch.distributed.run --nproc-per-node=2 train.py",
        "accelerate launch --num_processes 1 train.py",
        "./train.py",
        "numactl --cpunodebind 0 python train.py",
        "env A=1 python train.py",
        "uv run train.py --lr 1",
    ],
)
def test_a_script_by_its_real_path(folder: Path, words: str) -> None:
    assert script(words.split(), folder) == os.path.realpath(folder / "train.py")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("python -m pack.train --x", "-m pack.train"),
        ("torchrun -m pack.train", "-m pack.train"),
        ("python -m accelerate.commands.launch -m pack.train", "-m pack.train"),
        ("python", "python"),
        ("/opt/bin/lightning fit", "lightning"),
        ("python -m", "-m "),
    ],
)
def test_a_module_or_a_program_by_its_name(folder: Path, words: str, found: str) -> None:
    assert script(words.split(), folder) == found


def test_a_program_that_runs_others_is_known_by_what_it_runs(folder: Path) -> None:
    (folder / "a.sh").write_text("")
    assert script(["bash", "-e", "a.sh", "1"], folder) == os.path.realpath(folder / "a.sh")
    commands = [["python", "-c", "import a"], ["python", "-c", "import b"], ["bash", "-c", "a"], ["bash", "-c", "b"], ["bash"]]
    assert len({script(words, folder) for words in commands}) == len(commands)
    assert script(["python", "-c", "import a", "1"], folder) == script(["python", "-c", "import a", "2"], folder)


def test_a_link_is_what_it_links_to(folder: Path) -> None:
    (folder / "link.py").symlink_to("sub/other.py")
    assert script(["python", "link.py"], folder) == os.path.realpath(folder / "sub" / "other.py")
