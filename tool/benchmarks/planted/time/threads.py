"""Asks for 16 threads, as it was good on another computer.

./dev.sh profile tool/benchmarks/planted/time/threads.py --steps 300
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

ROWS, WIDTH, THREADS = 512, 256, 16


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    if not given.mended:
        torch.set_num_threads(THREADS)  # the fault: profile.threads
    torch.manual_seed(0)
    layers = [layer for _ in range(4) for layer in (nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH), nn.GELU())]
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        loss = nn.functional.mse_loss(model(rows), rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
