"""Has two optimizers that step in turn: a network that makes numbers, and one that tells them from real ones.

    ./dev.sh run -- python tool/benchmarks/workloads/two_optimizers.py --steps 200

A step is one of both.
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

ROWS, NOISE, WIDTH = 256, 32, 256


def network(before: int, after: int) -> nn.Sequential:
    """(rows, before) in, (rows, after) out."""
    return nn.Sequential(
        nn.Linear(before, WIDTH), nn.LeakyReLU(0.2), nn.Linear(WIDTH, WIDTH), nn.LeakyReLU(0.2), nn.Linear(WIDTH, after)
    )


def taken_for(scores: Tensor, real: bool) -> Tensor:
    """How far scores are from saying that numbers are real, or that they are not."""
    return nn.functional.binary_cross_entropy_with_logits(scores, torch.full_like(scores, float(real)))


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    maker, judge = network(NOISE, 2), network(2, 1)
    of_maker = torch.optim.Adam(maker.parameters(), lr=1e-4)
    of_judge = torch.optim.Adam(judge.parameters(), lr=1e-4)
    for step in range(1, given.steps + 1):
        angles = torch.rand(ROWS) * 2 * torch.pi
        real, made = torch.stack([angles.cos(), angles.sin()], 1), maker(torch.randn(ROWS, NOISE))
        told = taken_for(judge(real), True) + taken_for(judge(made.detach()), False)
        of_judge.zero_grad()
        told.backward()
        of_judge.step()
        loss = taken_for(judge(made), True)
        of_maker.zero_grad()
        loss.backward()
        of_maker.step()
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {loss.item():.4f}  of the judge {told.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
