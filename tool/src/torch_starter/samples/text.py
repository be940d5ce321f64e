"""The training of a language model, as the project's example has it."""

from __future__ import annotations

from typing import Any, Dict

NEEDED = ("Gpt", "batches", "text", "train")


def train(
    measure: Any,
    path: str,
    size: Dict[str, int],
    batch: int,
    first: int,
    precision: str,
    threads: int,
    device: str = "cpu",
    seed: int = 0,
) -> Dict[str, Any]:
    """Series "tokens", "operations", "step" and "loss". `size` is what the example's model is called with."""
    import torch

    training = measure.beside("_training")
    try:
        example = training.example(path, NEEDED)
    except training.Lacking as reason:
        return {"skip": str(reason)}
    training.begin(seed, threads, device)
    model = example.Gpt(**size).to(device)
    _, data = example.text(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-4)
    steps = example.train(model, optimizer, example.batches(data, batch, size["context"], device), precision)
    tokens = float(batch * size["context"])
    each = operations(multiplied(model), size["layers"], size["context"], size["width"])
    series = training.series(measure, steps, first, {"tokens": tokens, "operations": tokens * each}, device)
    return dict(series)


def operations(weights: int, layers: int, context: int, width: int) -> float:
    """What training on one token takes: forwards and backwards 6 for each weight, and 12 for each number of each token before it
    in each layer. Attention is counted as if all tokens saw each other, as it is usual.
    """
    return 6.0 * weights + 12.0 * layers * context * width


def multiplied(model: Any) -> int:
    """How many weights a token is multiplied with: all of linear layers; what is looked up in a table is not."""
    import torch

    return sum(part.weight.numel() for part in model.modules() if isinstance(part, torch.nn.Linear))
