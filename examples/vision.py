"""Trains a small residual network on images that it makes itself: no download.

    ./dev.sh run -- python examples/vision.py --steps 50

Prints the loss as it falls, the images a second, and the loss at the end. With --device cuda it runs on a GPU.
"""

import argparse
import time

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

CLASSES = 10


class Block(nn.Module):
    """Two convolutions around which the input is carried; (batch, channels, height, width) in and out."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


def network(width: int) -> nn.Module:
    """Images (batch, 3, 32, 32) to scores (batch, 10)."""
    return nn.Sequential(
        nn.Conv2d(3, width, 3, stride=2, padding=1),
        Block(width),
        Block(width),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(width, CLASSES),
    )


def images(count: int) -> TensorDataset:
    """Noise with a bright square whose place is the class."""
    labels = torch.arange(count) % CLASSES
    pictures = torch.randn(count, 3, 32, 32) * 0.5
    for picture, label in zip(pictures, labels.tolist()):
        picture[:, 3 * label : 3 * label + 3, :8] += 2.0
    return TensorDataset(pictures, labels)


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    model = network(given.width).to(given.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    loader = DataLoader(images(2048), given.batch, shuffle=True, drop_last=True, num_workers=given.workers)
    step, started = 0, time.perf_counter()
    while step < given.steps:
        for pictures, labels in loader:
            loss = nn.functional.cross_entropy(model(pictures.to(given.device)), labels.to(given.device))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
            if step % 10 == 0 or step == given.steps:
                rate = step * given.batch / (time.perf_counter() - started)
                print(f"step {step:4}  loss {loss.item():.4f}  {rate:.0f} images/s", flush=True)
            if step == given.steps:
                break


if __name__ == "__main__":
    main()
