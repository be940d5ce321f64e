"""Adds up a penalty for large weights in Python, weight by weight.

./dev.sh profile tool/benchmarks/planted/time/penalty.py --steps 1000
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

ROWS, WIDTH, LARGE = 256, 128, 0.05


def penalty(model: nn.Module, mended: bool) -> float:
    """How far weights are beyond what is usual, in all."""
    total = 0.0
    for weights in model.parameters():
        if mended:
            total += (weights.detach().abs() - LARGE).clamp(min=0).sum().item()
        else:
            total += sum(max(0.0, abs(weight) - LARGE) for weight in weights.flatten().tolist())  # the fault: profile.python
    return total


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 256), nn.ReLU(), nn.Linear(256, WIDTH))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        loss = nn.functional.mse_loss(model(rows), rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        beyond = penalty(model, given.mended)
        for group in optimizer.param_groups:
            group["weight_decay"] = min(0.1, 1e-5 * beyond)
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}, penalty {beyond:.1f}", flush=True)


if __name__ == "__main__":
    main()
