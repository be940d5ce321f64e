"""Never steps: it has neither an optimizer nor a module, and still computes with torch.

    ./dev.sh run -- python tool/benchmarks/workloads/never_steps.py --steps 100

Points are parted into clusters, each of which moves to the middle of its points; no gradient has a part in it. Nobody outside
can tell where one round ends and the next begins.
"""

from __future__ import annotations

import argparse

import torch

POINTS, WIDTH, CLUSTERS = 20_000, 32, 64


def main() -> None:
    """Part and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    points = torch.randn(POINTS, WIDTH)
    middles = points[:CLUSTERS].clone()
    for step in range(1, given.steps + 1):
        far, nearest = torch.cdist(points, middles).min(dim=1)
        counts = torch.bincount(nearest, minlength=CLUSTERS).clamp(min=1)
        middles = torch.zeros_like(middles).index_add_(0, nearest, points) / counts[:, None]
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {far.square().mean().item():.4f}", flush=True)


if __name__ == "__main__":
    main()
