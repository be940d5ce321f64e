"""Scripts with what the harness sees of them, and the patches that are made of that."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from torch_starter.core.place import Place
from torch_starter.core.proof import Edit, Member
from torch_starter.core.tuning import Loader, Model, Optimizer, Told
from torch_starter.tuning.patch import edits, source

WORKERS = {"loader": {"num_workers": 2}}
TRAINING = """\
import torch
from torch import nn
from torch.utils.data import DataLoader

from data import images


class Net(nn.Module):
    pass


def main():
    model = Net().to("cpu")
    data = DataLoader(images(), batch_size=32)  # as in the paper
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for batch in data:
        model(batch).backward()
        optimizer.step()


main()
"""


def member(turns: dict[str, Any], setting: str = "x", **variables: str) -> Member:
    return Member(setting=setting, label="x", safety="rounding", turns=turns, variables=variables)


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def told(text: str, file: Path, **more: Any) -> Told:
    """What the harness sees of such a script: each thing at the line where its name stands."""

    def at(words: str) -> Place | None:
        return Place(str(file), line_of(text, words)) if words in text else None

    seen: dict[str, Any] = {
        "loaders": [Loader(place=at("DataLoader("))],
        "optimizers": [Optimizer(place=at("AdamW("), name="AdamW", known=True, takes_fused=True)],
        "models": [Model(place=at("model(batch)"), name="Net")],
        "threads_set": [place for place in [at("set_num_threads(")] if place],
    }
    return Told(kind="training", **{**seen, **more})


def made(tmp_path: Path, text: str, turns: dict[str, Any], **more: Any) -> list[Edit]:
    file = tmp_path / "train.py"
    file.write_bytes(text.encode())
    return edits(member(turns), told(text, file, **more), source, tmp_path)


def patched(tmp_path: Path, text: str, turns: dict[str, Any], **more: Any) -> str:
    """The script after its only patch, which git applies."""
    (edit,) = made(tmp_path, text, turns, **more)
    assert edit.patch, edit.text
    apply(tmp_path, edit.patch)
    return (tmp_path / "train.py").read_bytes().decode()


def apply(folder: Path, patch: str) -> None:
    done = subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=folder, capture_output=True)
    assert done.returncode == 0, done.stderr.decode() + patch


def added(was: str, now: str) -> list[str]:
    """Lines that were not there, and nothing else may have changed but lines that are now others."""
    before = was.splitlines()
    return [line for line in now.splitlines() if line not in before]
