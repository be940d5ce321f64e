"""Watches a script train or infer: when it has done a step, how long it waited for data, and how its loss falls.

A step is one of the first optimizer that steps; where there is none, a call of the outermost module.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import time
from typing import Any, Callable, Dict, List

INFERENCE = 300  # calls of the model without a step of an optimizer that was made: more is no accumulation of gradients
CLOCK = time.perf_counter


class Watch:
    """One process of a trial: it is watched until it has done its steps, and ends then; or until it comes to its own end."""

    def __init__(self, request: Dict[str, Any], turns: Any, beside: Callable[[str], Any]) -> None:
        self.request, self.turns, self.beside = request, turns, beside
        self.began = CLOCK()
        self.torch: Any = None
        self.anchor = 0
        self.optimizers_made = 0
        self.forwards = 0
        self.data = 0.0
        self.batches = 0
        self.losses: List[Any] = []
        self.seen: Dict[str, List[Any]] = {"loaders": [], "optimizers": [], "models": [], "threads_set": []}
        self.course = beside(request.get("course", "course")).Course(self)
        self.answer = beside("answer").Answer(self)
        atexit.register(self.answer.at_exit)

    def after_torch(self, torch: Any) -> None:
        """Hook what tells of steps, data, losses, and of what the script makes."""
        self.torch = torch
        self.answer.mark("torch is imported")
        self.course.after_torch(torch)
        importlib.import_module("torch.optim.optimizer").register_optimizer_step_post_hook(self.stepped)
        self.beside("root").find(torch, self.first_forward)
        self.wrap_losses(torch)
        self.wrap_loaders(torch.utils.data)
        self.wrap_optimizers(torch.optim.Optimizer)
        self.wrap_threads(torch)

    def stepped(self, optimizer: Any, *_: Any) -> None:
        """An optimizer has done a step."""
        if not self.anchor:
            self.anchor = id(optimizer)
            self.course.begin_again("training", optimizer)
        if id(optimizer) == self.anchor:
            self.course.step()

    def first_forward(self, module: Any) -> None:
        """The outermost module is about to be called for the first time."""
        self.seen["models"].append(self.beside("root").described(self.torch, module))
        self.turns.first_forward(module)
        self.course.first_forward(module)
        module.register_forward_hook(self.called)

    def called(self, module: Any, *_: Any) -> None:
        """It was called: that is a step where nothing trains."""
        self.forwards += 1
        if not self.anchor and (not self.optimizers_made or self.forwards > INFERENCE):
            self.course.step()

    called._torchdynamo_disable = True  # type: ignore[attr-defined]  # a compiled module calls it, and does not look into it
    stepped._torchdynamo_disable = True  # type: ignore[attr-defined]

    def wrap_losses(self, torch: Any) -> None:
        """Keep each loss as it is when gradients are asked for; it is read at the end, since reading waits for a GPU."""
        wanted, backward = int(self.request.get("losses", 0)), torch.autograd.backward

        @functools.wraps(backward)
        def kept(tensors: Any, *given: Any, **named: Any) -> Any:
            first = tensors if isinstance(tensors, torch.Tensor) else next(iter(tensors), None)
            if len(self.losses) < wanted and isinstance(first, torch.Tensor) and first.numel() == 1:
                self.losses.append(first.detach().clone())
            return backward(tensors, *given, **named)

        kept._torchdynamo_disable = True  # type: ignore[attr-defined]
        torch.autograd.backward = kept

    def wrap_loaders(self, data: Any) -> None:
        """Note each DataLoader, and the time that is spent waiting for what it gives."""
        made, given = data.DataLoader.__init__, data.dataloader._BaseDataLoaderIter.__next__
        place = self.beside("root").place

        @functools.wraps(made)
        def making(loader: Any, *words: Any, **named: Any) -> None:
            made(loader, *words, **named)
            self.seen["loaders"].append(described(loader, data, place()))

        @functools.wraps(given)
        def waiting(iterator: Any) -> Any:
            start = CLOCK()
            try:
                return given(iterator)
            finally:
                self.data += CLOCK() - start
                self.batches += 1

        data.DataLoader.__init__ = making
        data.dataloader._BaseDataLoaderIter.__next__ = waiting

    def wrap_optimizers(self, base: Any) -> None:
        """Note each optimizer and where it is made."""
        made, place = base.__init__, self.beside("root").place

        @functools.wraps(made)
        def making(optimizer: Any, *words: Any, **named: Any) -> None:
            made(optimizer, *words, **named)
            self.optimizers_made += 1
            self.course.note("optimizer")
            kind, known = type(optimizer), optimizer.defaults
            self.seen["optimizers"].append(
                {
                    "place": place(),
                    "name": kind.__name__,
                    "known": kind.__module__.startswith("torch.optim"),
                    "fused": known.get("fused"),
                    "foreach": known.get("foreach"),
                    "takes_fused": "fused" in known,
                }
            )

        base.__init__ = making

    def wrap_threads(self, torch: Any) -> None:
        """Note where the script sets the number of threads itself."""
        setting, place = torch.set_num_threads, self.beside("root").place

        @functools.wraps(setting)
        def set_num_threads(count: int) -> None:
            where = place()
            if where is not None:
                self.seen["threads_set"].append(where)
            setting(count)

        torch.set_num_threads = set_num_threads


def described(loader: Any, data: Any, place: Any) -> Dict[str, Any]:
    """A DataLoader, for core/tuning.Loader."""
    return {
        "place": place,
        "workers": loader.num_workers,
        "batch": loader.batch_size,
        "prefetch": loader.prefetch_factor,
        "persistent": loader.persistent_workers,
        "pinned": loader.pin_memory,
        "iterable": isinstance(loader.dataset, data.IterableDataset),
        "dataset": type(loader.dataset).__name__,
    }
