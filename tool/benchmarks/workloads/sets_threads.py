"""Sets its number of threads itself, as scripts do that were copied from a larger machine: more than there are cores.

    ./dev.sh run -- python tool/benchmarks/workloads/sets_threads.py --steps 200

What OMP_NUM_THREADS says has no effect on it: the last word is the script's. On two cores eight threads share them, and each
operation waits for the last of the eight.
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

THREADS = 8
ROWS, WIDTH = 512, 256


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(THREADS)
    torch.manual_seed(given.seed)
    layers = [layer for _ in range(6) for layer in (nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH), nn.GELU())]
    model = nn.Sequential(*layers, nn.Linear(WIDTH, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    rows = torch.randn(ROWS, WIDTH)
    wanted = rows[:, :8].sum(1, keepdim=True).sin()
    for step in range(1, given.steps + 1):
        loss = nn.functional.mse_loss(model(rows), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
