"""A script watched by the real harness, patched where that saw its calls, and run again: it has what was asked for."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from torch_starter.core.proof import Member
from torch_starter.core.tuning import Told
from torch_starter.tuning.patch import edits, source
from torch_starter.verbs._trials import SITE, read

SCRIPT = """\
import torch
from torch import nn
from torch.utils.data import DataLoader as Loader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.Flatten(), nn.Linear(4 * 16, 1))

    def forward(self, x):
        return self.layers(x)


def main():
    torch.set_num_threads(1)  # as it was
    data = TensorDataset(torch.randn(256, 2, 4, 4))
    model = Net()
    optimizer = (
        torch
        .optim.AdamW(
            model.parameters(),
            lr=1e-3,  # small
        )
    )
    loader = Loader(
        data,
        batch_size=16
    )
    for (x,) in loader:
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
    weight = model.layers[0].weight
    print(loader.num_workers, loader.persistent_workers, optimizer.defaults["fused"], torch.get_num_threads())
    print(torch.get_num_interop_threads(), torch.get_float32_matmul_precision(), torch.multiprocessing.get_sharing_strategy())
    print(weight.is_contiguous(memory_format=torch.channels_last) and not weight.is_contiguous())
    print(torch.backends.cudnn.benchmark)


main()
"""
TURNS: dict[str, dict[str, Any]] = {
    "workers": {"loader": {"num_workers": 1}},
    "persistent-workers": {"loader": {"persistent_workers": True}},
    "optimizer": {"optimizer": "fused"},
    "channels-last": {"channels_last": True},
    "threads": {"threads": 2},
    "interop-threads": {"interop_threads": 1},
    "precision": {"float32_precision": "high"},
    "sharing": {"sharing": "file_system"},
    "cudnn-autotune": {"cudnn_benchmark": True},
}
BEFORE = ["0 False None 1", "highest file_descriptor", "False", "False"]
AFTER = ["1 True True 2", "1 high file_system", "True", "True"]


@pytest.fixture
def python(current: Path) -> Path:
    return current / ".venv" / "bin" / "python"


def watched(python: Path, script: Path, near: Path) -> Told:
    """What the harness tells of a script."""
    request = {"warm": 1, "steps": 3, "seconds": 60, "least": 0, "losses": 4, "seed": 0, "turns": {}}
    (near / "request.json").write_text(json.dumps(request))
    variables = {**os.environ, "PYTHONPATH": str(SITE), "TORCH_STARTER_TRIAL": str(near / "request.json"), "TMPDIR": str(near)}
    subprocess.run([python, script.name], cwd=script.parent, env=variables, capture_output=True, timeout=120)
    return next(told for path in near.glob("*-*.json") if (told := read(path)) is not None and told.window is not None)


def ran(python: Path, script: Path) -> list[str]:
    done = subprocess.run([python, script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_patched_script_has_what_the_profile_had(python: Path, tmp_path: Path) -> None:
    project, near = tmp_path / "project", tmp_path / "near"
    project.mkdir()
    near.mkdir()
    script = project / "train.py"
    script.write_text(SCRIPT)
    told = watched(python, script, near)
    members = [Member(setting=name, label="x", safety="rounding", turns=turns) for name, turns in TURNS.items()]
    found = [edit for place, each in enumerate(members) for edit in edits(each, told, source, project, members[:place])]
    assert [edit.text for edit in found if not edit.patch] == []
    before = ran(python, script)
    assert [before[0], *[line[-len(want) :] for line, want in zip(before[1:], BEFORE[1:], strict=True)]] == BEFORE
    subprocess.run(["git", "apply", "-"], input="".join(edit.patch for edit in found), cwd=project, text=True, check=True)
    assert ran(python, script) == AFTER
    assert "torch.set_num_threads(2)  # as it was\n" in script.read_text()
    assert "lr=1e-3,  # small\n" in script.read_text()
