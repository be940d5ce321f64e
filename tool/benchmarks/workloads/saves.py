"""Writes while it trains: a checkpoint in place of the last one, and a line of a table, every few steps.

    ./dev.sh run -- python tool/benchmarks/workloads/saves.py --steps 100 --folder /tmp/saved

With --resume it goes on from the checkpoint. What it computes is little; writing has its part in a step's time.
"""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path
from typing import Any

import torch
from torch import nn

ROWS, WIDTH, EVERY = 256, 256, 5


def save(folder: Path, step: int, loss: float, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """The checkpoint is written aside and renamed, the table grows by a line."""
    aside = folder / "checkpoint.new"
    torch.save({"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, aside)
    os.replace(aside, folder / "checkpoint.pt")
    with (folder / "losses.csv").open("a", newline="") as file:
        csv.writer(file).writerow([step, f"{loss:.6f}"])


def restored(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    """The step after which the checkpoint was written; 0 where there is none."""
    if not (folder / "checkpoint.pt").exists():
        return 0
    saved: dict[str, Any] = torch.load(folder / "checkpoint.pt")
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    return int(saved["step"])


def main() -> None:
    """Train, save and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--folder", type=Path, default=Path("runs/saves"))
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    given.folder.mkdir(parents=True, exist_ok=True)
    model = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    first = 1 + (restored(given.folder, model, optimizer) if given.resume else 0)
    rows = torch.randn(ROWS, WIDTH)
    wanted = rows[:, :8].sum(1, keepdim=True).sin()
    for step in range(first, given.steps + 1):
        loss = nn.functional.mse_loss(model(rows), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % EVERY == 0 or step == given.steps:
            save(given.folder, step, loss.item(), model, optimizer)
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
