"""Writes a checkpoint with each step.

./dev.sh profile tool/benchmarks/planted/time/checkpoints.py --steps 300
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

ROWS, WIDTH, OFTEN = 128, 1024, 100


def save(path: Path, step: int, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """All that is needed to go on from here."""
    state = {"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state, path)  # the fault: profile.saving


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.ReLU(), nn.Linear(2 * WIDTH, WIDTH))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    with TemporaryDirectory() as folder:
        for step in range(1, given.steps + 1):
            rows = torch.randn(ROWS, WIDTH)
            loss = nn.functional.mse_loss(model(rows), rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if not given.mended or step % OFTEN == 0:
                save(Path(folder) / "last.pt", step, model, optimizer)
            if step % 10 == 0:
                print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
