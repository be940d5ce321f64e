"""What the samples of trainings share: the user's example as a module, and the series of its steps.

Standard library alone, Python 3.8; torch only inside functions.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Any, Dict, Iterator, Sequence


class Lacking(Exception):
    """An example is not as we know it; the message says what it has not."""


def example(path: str, names: Sequence[str]) -> Any:
    """The script as a module that is called as Python calls it when it is imported: workers may have to import it again."""
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("no script " + path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, os.path.dirname(path))
    sys.modules[name] = module
    spec.loader.exec_module(module)
    lacking = [wanted for wanted in names if not hasattr(module, wanted)]
    if lacking:
        raise Lacking("%s has no %s" % (os.path.basename(path), ", ".join(lacking)))
    return module


def begin(seed: int, threads: int, device: str) -> None:
    """The same random numbers, and on processors the same threads: then the same sums."""
    import torch

    torch.manual_seed(seed)
    if device == "cpu":
        torch.set_num_threads(threads)


def series(measure: Any, steps: Iterator[Any], first: int, amounts: Dict[str, float], device: str) -> Dict[str, Any]:
    """The loss after the first steps, by which it becomes warm, and then a series for each of what one step does.

    `steps` yields the loss after each. Between two of them nothing is done but to look at the clock.
    """
    meter = measure.meter()
    loss = [next(steps) for _ in range(first)][-1]
    told = {**measure.told(meter, float(loss)), "busy": False}  # others make it slower, but not another one
    timed = measure.in_loops(lambda: next(steps), 1.0, device=device)
    timed["warm"] = [told["wall"], *timed["warm"]]
    found = {name: {**timed, "amount": amount * timed["loops"]} for name, amount in amounts.items()}
    return {**found, "step": timed, "loss": measure.series([told]), **measure.of_gpu()}
