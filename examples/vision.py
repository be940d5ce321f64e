"""Trains a small residual network on images that it makes itself: no download.

    ./dev.sh run -- python examples/vision.py --steps 50

Prints the loss as it falls, the images a second, and the loss at the end. With --device cuda it runs on a GPU.
A ResNet-50 is --blocks 3 4 6 3 --width 64 --size 224.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from itertools import islice

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

CLASSES = 10
LARGE = 64  # pixels from which on an image is made smaller before the first block
Batch = tuple[Tensor, Tensor]


def convolution(before: int, after: int, size: int, stride: int = 1) -> nn.Sequential:
    """A convolution whose output has mean 0 and variance 1; (batch, channels, height, width) in and out."""
    return nn.Sequential(nn.Conv2d(before, after, size, stride, size // 2, bias=False), nn.BatchNorm2d(after))


class Block(nn.Module):
    """Three convolutions, of which only the narrow one in the middle looks around, and around them the input is carried."""

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        after = 4 * width
        self.body = nn.Sequential(
            convolution(before, width, 1),
            nn.ReLU(),
            convolution(width, width, 3, stride),
            nn.ReLU(),
            convolution(width, after, 1),
        )
        self.carried = nn.Identity() if (before, stride) == (after, 1) else convolution(before, after, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.carried(x) + self.body(x))


def network(width: int, blocks: Iterable[int], size: int) -> nn.Module:
    """Images (batch, 3, size, size) to scores (batch, classes); each stage has so many blocks, twice as wide as those before."""
    large = size >= LARGE
    first = convolution(3, width, 7 if large else 3, stride=2)
    parts: list[nn.Module] = [first, nn.ReLU(), nn.MaxPool2d(3, 2, 1) if large else nn.Identity()]
    channels = width
    for stage, count in enumerate(blocks):
        for number in range(count):
            parts.append(Block(channels, width << stage, stride=2 if stage and not number else 1))
            channels = 4 * (width << stage)
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES))


class Images(Dataset[tuple[Tensor, int]]):
    """Noise with a bright bar whose place is the class. Each is made when it is asked for, as others are read from files."""

    def __init__(self, count: int, size: int) -> None:
        self.count, self.size = count, size

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> tuple[Tensor, int]:
        label, high = number % CLASSES, self.size // CLASSES
        chance = torch.Generator().manual_seed(number)  # of its own: the same image in whichever worker
        picture = torch.randn(3, self.size, self.size, generator=chance) * 0.5
        picture[:, high * label : high * (label + 1), : self.size // 4] += 2.0
        return picture, label


def batches(loader: Iterable[Batch], device: str) -> Iterator[Batch]:
    """Images and their classes, from the start again after the last, without end."""
    while True:
        for pictures, labels in loader:
            yield pictures.to(device, non_blocking=True), labels.to(device, non_blocking=True)


def load(count: int, size: int, batch: int, workers: int, device: str) -> Iterator[Batch]:
    """Batches of so many different images, which `workers` processes make meanwhile; with none of them we do."""
    pinned = device != "cpu"  # a GPU fetches such memory by itself
    return batches(DataLoader(Images(count, size), batch, True, num_workers=workers, drop_last=True, pin_memory=pinned), device)


def train(
    model: nn.Module, optimizer: torch.optim.Optimizer, loaded: Iterable[Batch], precision: str = "float32"
) -> Iterator[Tensor]:
    """A step for each batch; yields the loss after each, where it was computed: reading it waits for a GPU."""
    for pictures, labels in loaded:
        with torch.autocast(pictures.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            loss = nn.functional.cross_entropy(model(pictures), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        yield loss.detach()


def arguments() -> argparse.Namespace:
    """What is given on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=int, default=16, help="channels of the first stage")
    parser.add_argument("--blocks", type=int, nargs="+", default=[1, 1], help="how many blocks each stage has")
    parser.add_argument("--size", type=int, default=32, help="height and width of the images")
    parser.add_argument("--count", type=int, default=2048, help="how many different images there are")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--rate", type=float, default=3e-3, help="how far a step goes")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32", help="bfloat16: by autocast")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Train and tell."""
    given = arguments()
    torch.manual_seed(given.seed)
    model = network(given.width, given.blocks, given.size).to(given.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=given.rate)
    loaded = load(given.count, given.size, given.batch, given.workers, given.device)
    started = time.perf_counter()
    for step, loss in enumerate(islice(train(model, optimizer, loaded, given.precision), given.steps), 1):
        if step % 10 == 0 or step == given.steps:
            rate = step * given.batch / (time.perf_counter() - started)
            print(f"step {step:4}  loss {loss.item():.4f}  {rate:.0f} images/s", flush=True)


if __name__ == "__main__":
    main()
