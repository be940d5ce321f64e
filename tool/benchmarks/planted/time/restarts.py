"""Has epochs of four batches, for each of which the workers of its loader are started again.

./dev.sh profile tool/benchmarks/planted/time/restarts.py --steps 300
"""

from __future__ import annotations

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

COUNT, WIDTH, BATCH = 128, 256, 32


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.set_num_threads(1)  # the other processor is for the workers
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 1024), nn.ReLU(), nn.Linear(1024, WIDTH))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    rows = TensorDataset(torch.randn(COUNT, WIDTH))
    keep = given.mended
    loader = DataLoader(rows, BATCH, num_workers=2, persistent_workers=keep)  # the fault: profile.persistent-workers
    step = 0
    while step < given.steps:
        for (batch,) in loader:
            step += 1
            loss = nn.functional.mse_loss(model(batch), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 10 == 0:
                print(f"step {step:5}  loss {loss.item():.4f}", flush=True)
            if step == given.steps:
                break


if __name__ == "__main__":
    main()
