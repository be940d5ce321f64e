"""The training of a residual network, as the project's example has it."""

from __future__ import annotations

import itertools
from typing import Any, Dict

NEEDED = ("load", "network", "train")


def train(
    measure: Any,
    path: str,
    model: Dict[str, Any],
    batch: int,
    first: int,
    precision: str,
    threads: int,
    data: str,
    workers: int = 0,
    device: str = "cpu",
    seed: int = 0,
) -> Dict[str, Any]:
    """Series "images", "operations", "step" and "loss". `model` is what the example's network is called with.

    `data`: the example's "loader" gives each batch, or the first ones were made "ahead" and are taken again and again.
    """
    import torch

    training = measure.beside("_training")
    try:
        example = training.example(path, NEEDED)
    except training.Lacking as reason:
        return {"skip": str(reason)}
    training.begin(seed, threads, device)
    network = example.network(**model).to(device)
    each = 3 * forwards(network, (1, 3, model["size"], model["size"]), device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    loaded = example.load(max(2048, batch * (first + 1)), model["size"], batch, workers, device)
    if data == "ahead":
        loaded = itertools.cycle([next(loaded) for _ in range(first)])
    steps = example.train(network, optimizer, loaded, precision)
    amounts = {"images": float(batch), "operations": batch * each}
    return dict(training.series(measure, steps, first, amounts, device))


def forwards(network: Any, shape: Any, device: str) -> float:
    """What convolutions and linear layers take for a batch of a shape, forwards: two for each weight and number it makes.

    With the way back it is three times as much: but for the images themselves, which need no gradient.
    """
    import torch

    found = [0.0]

    def count(part: Any, given: Any, made: Any) -> None:
        found.append(2.0 * made.numel() * part.weight[0].numel())

    counted = [part for part in network.modules() if isinstance(part, (torch.nn.Linear, torch.nn.Conv2d))]
    hooks = [part.register_forward_hook(count) for part in counted]
    network.eval()  # what is known of earlier images stays as it is
    with torch.no_grad():
        network(torch.zeros(shape, device=device))
    network.train()
    for hook in hooks:
        hook.remove()
    return sum(found)
