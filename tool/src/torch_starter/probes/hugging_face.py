"""The Hugging Face libraries at work on the CPU: tiny models made from a configuration, nothing downloaded.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import sys
import tempfile
from typing import Any

IN_TURN = True


def use_transformers() -> dict[str, object]:
    """A tokenizer made in memory, and a tiny GPT-2 that generates with its cache what its logits say without it."""
    import torch

    batch = _tokenized(["a b c d", "b"])
    _equal("two sentences as padded token ids", batch, [[2, 3, 4, 5], [3, 0, 0, 0]])
    model = _tiny_gpt2()
    ids = torch.tensor(batch[:1])
    with torch.inference_mode():
        loss = float(model(ids, labels=ids).loss)
        wanted = ids
        for _ in range(6):
            wanted = torch.cat([wanted, model(wanted, use_cache=False).logits[:, -1:].argmax(-1)], dim=1)
        got = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=6, do_sample=False)
    # Untrained, every one of the 64 tokens is as likely: the loss is the logarithm of 64.
    _close("loss of an untrained model of 64 tokens", loss, math.log(64), 0.3)
    _equal("tokens generated greedily", got.tolist(), wanted.tolist())
    return {"seen": f"tiny GPT-2: loss {loss:.2f} (ln 64 = 4.16), 6 tokens generated as its logits say"}


def use_trainer() -> dict[str, object]:
    """Two steps of a Trainer: where transformers and accelerate do not fit each other, it is here that it shows."""
    _leave_out_broken_datasets()
    from transformers import Trainer, TrainingArguments

    sample = {"input_ids": [1, 2, 3, 4], "labels": [1, 2, 3, 4]}
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        settings = TrainingArguments(
            output_dir=folder,
            max_steps=2,
            per_device_train_batch_size=2,
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
            dataloader_pin_memory=False,
        )
        trainer = Trainer(model=_tiny_gpt2(), args=settings, train_dataset=[sample] * 4)
        result = trainer.train()
    _equal("steps of the Trainer", result.global_step, 2)
    if not math.isfinite(result.training_loss):
        raise AssertionError(f"The Trainer's loss is {result.training_loss}, wanted a finite number.")
    return {"seen": f"{result.global_step} steps of a Trainer, loss {result.training_loss:.2f}"}


def _leave_out_broken_datasets() -> None:
    """The Trainer imports datasets where it is installed, but does not need it: a fault there has its own probe."""
    try:
        import datasets  # noqa: F401
    except Exception:
        # With None in its place, datasets counts as not installed.
        sys.modules["datasets"] = None  # type: ignore[assignment]


def use_datasets() -> dict[str, object]:
    """A table is mapped, filtered, written to disk, read back, and gives torch tensors."""
    import torch
    from datasets import Dataset, disable_progress_bars, load_from_disk

    disable_progress_bars()
    table = Dataset.from_dict({"number": list(range(10)), "word": [str(n) for n in range(10)]})
    even = table.map(lambda row: {"square": row["number"] ** 2}).filter(lambda row: row["number"] % 2 == 0)
    with tempfile.TemporaryDirectory() as folder:
        even.save_to_disk(folder)
        again = load_from_disk(folder)
        again.set_format("torch", columns=["square"])
        squares = again[:]["square"]
        _equal("type of a column in torch format", squares.dtype, torch.int64)
        _equal("squares of the even numbers", squares.tolist(), [0, 4, 16, 36, 64])
        _equal("words of the even numbers", again.with_format(None)[:]["word"], ["0", "2", "4", "6", "8"])
    return {"seen": f"10 rows mapped and filtered to {len(squares)}, written, read back, {squares.dtype} tensors"}


def use_accelerate() -> dict[str, object]:
    """One prepared step of gradient descent on mean((w x - y)^2) from w = 0 moves w by the closed form."""
    import torch
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=True)
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    data = torch.utils.data.TensorDataset(torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [5.0]]))
    parts = (model, torch.optim.SGD(model.parameters(), lr=0.1), torch.utils.data.DataLoader(data, batch_size=2))
    model, optimizer, loader = accelerator.prepare(*parts)
    for x, y in loader:
        accelerator.backward(torch.nn.functional.mse_loss(model(x), y))
        optimizer.step()
    weight = accelerator.unwrap_model(model).weight.item()
    # The gradient at w = 0 is -2 mean(x y) = -13; a step of 0.1 goes to 1.3.
    _close("weight after one step", weight, 1.3, 1e-6)
    return {"seen": f"one step on {accelerator.device} moves a weight from 0 to {weight:.2f}, as computed by hand"}


def use_safetensors() -> dict[str, object]:
    """Tensors of five types come back from a file bit for bit, with the file's metadata."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    numbers = torch.linspace(-2, 2, 12).reshape(3, 4)
    types = (torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.bool)
    saved = {str(dtype): numbers.to(dtype) for dtype in types}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tensors.safetensors")
        save_file(saved, path, metadata={"made": "by a probe"})
        loaded = load_file(path)
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
    _equal("metadata of a file", metadata, {"made": "by a probe"})
    _equal("names in a file", sorted(loaded), sorted(saved))
    for name, tensor in saved.items():
        got = loaded[name]
        if got.dtype != tensor.dtype or not torch.equal(got, tensor):
            raise AssertionError(f"{name} was saved as {tensor.tolist()}, and loaded as {got.dtype} {got.tolist()}.")
    return {"seen": f"{len(loaded)} tensors of {len(types)} types come back bit for bit, with metadata"}


def _tokenized(sentences: list[str]) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "a", "b", "c", "d"]
    core = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]")
    return tokenizer(sentences, padding=True)["input_ids"]


def _tiny_gpt2() -> Any:
    """An untrained GPT-2 of 64 tokens, 2 layers of width 32, which never stops at an end-of-text token."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    tokens = {"vocab_size": 64, "bos_token_id": None, "eos_token_id": None, "pad_token_id": 0}
    return GPT2LMHeadModel(GPT2Config(n_positions=32, n_embd=32, n_layer=2, n_head=2, **tokens)).eval()


def _close(name: str, got: float, wanted: float, tolerance: float) -> None:
    # Written so that a NaN fails.
    if not abs(got - wanted) <= tolerance:
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r} within {tolerance:.1e}.")


def _equal(name: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r}.")
