"""Loses its time between threads: hundreds of small parallel regions a step, each over in microseconds.

    ./dev.sh run -- python tool/benchmarks/workloads/thread_bound.py --steps 200

Many layers of 184 x 184 weights, few rows: an optimizer's operation on so many numbers is just large enough that PyTorch shares
it among threads (over 32,768), and too small to gain by it. At the end of each the threads wait for each other by spinning.
Where another program has one of the cores, a thread that lost it holds up the others until it is given back, milliseconds later.
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

ROWS, WIDTH, LAYERS = 16, 184, 40


class Layer(nn.Module):
    """(16, 184) in and out; around it the input is carried."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.tanh(self.inner(x)) / LAYERS


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    model = nn.Sequential(*(Layer() for _ in range(LAYERS)), nn.Linear(WIDTH, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9, weight_decay=1e-4)
    rows = torch.randn(ROWS, WIDTH)
    wanted = rows[:, :8].sum(1, keepdim=True).sin()
    for step in range(1, given.steps + 1):
        loss = nn.functional.mse_loss(model(rows), wanted)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
