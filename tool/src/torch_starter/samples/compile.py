"""torch.compile of a small model: what it takes with an empty cache and with a full one, and what it gains a step."""

from __future__ import annotations

import os
import statistics
import tempfile
from functools import partial
from typing import Any, Callable, Dict, List

SECONDS = 280.0  # for each of the two processes
ROWS, WIDTH, LAYERS = 1024, 128, 2
SWITCHES = ("TORCHDYNAMO_DISABLE", "TORCH_COMPILE_DISABLE")


def training(measure: Any, device: str) -> Dict[str, Any]:
    """Two new processes, one after the other, that share a cache which is empty at first."""
    for name in SWITCHES:
        if os.environ.get(name, "").lower() in ("1", "true"):
            return {"skip": "%s is set: torch.compile runs functions as they are" % name}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = folder
        cold = _apart(measure, partial(_first_step, measure, device))["first"]
        if not any(names for _, _, names in os.walk(folder)):
            raise AssertionError("torch.compile left nothing in its cache: the model ran as it is")
        told = _apart(measure, partial(_compared, measure, device))
    gain = told.pop("gain")
    paid = [{**cold["values"][0], "value": cold["values"][0]["wall"] / gain}] if gain > 0 else []
    notes = [] if paid else ["The compiled step is not faster than the model as it is: torch.compile never pays here."]
    series = {"cold": cold, "warm": told["first"], "ratio": told["ratio"], "even": measure.series(paid)}
    return {**series, "notes": notes, "graphs": told["graphs"]}


def _apart(measure: Any, function: Callable[[], Any]) -> Any:
    """What a function answers in a process of its own; raises RuntimeError with what became of it where it did not."""
    result = measure.beside("../probes/_apart")._in_turn({"torch.compile": function}, SECONDS)["torch.compile"]
    if "error" in result:
        raise RuntimeError(result["error"])
    return result["value"]


def _first_step(measure: Any, device: str) -> Dict[str, Any]:
    """A step of the compiled model, which compiles it."""
    step = _step(device, compiled=True)
    told = {"first": measure.single(step)}
    _end_compilers()
    return told


def _compared(measure: Any, device: str) -> Dict[str, Any]:
    """The same with a full cache; then steps of both models in turn, and the seconds that one of them gains."""
    compiled, eager = _step(device, compiled=True), _step(device, compiled=False)
    first = measure.single(compiled)
    graphs = _graphs()
    _end_compilers()
    plain = measure.in_loops(eager, 1.0, device=device)
    wait = measure.beside("_measure").waiting_for(device)
    gains = []

    def timed(step: Callable[[], None]) -> Any:
        meter = measure.meter()
        for _ in range(plain["loops"]):
            step()
        wait()
        return measure.told(meter)

    def both() -> Any:
        one, other = timed(eager), timed(compiled)
        gains.append((one["wall"] - other["wall"]) / plain["loops"])
        worst = {name: max(one[name], other[name]) for name in one}
        return {**worst, "value": one["wall"] / other["wall"]}

    timed(compiled)
    ratio = measure.series(measure.taken(both))
    return {"first": first, "ratio": ratio, "gain": statistics.median(gains), "graphs": graphs}


def _step(device: str, compiled: bool) -> Callable[[], None]:
    """Forward and backward of a model with much between its products that can be put together."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    layers = [nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.LayerNorm(4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH), nn.LayerNorm(WIDTH)]
    model = nn.Sequential(*(layer for _ in range(LAYERS) for layer in layers)).to(device)
    data = torch.randn(ROWS, WIDTH, device=device)
    called = torch.compile(model) if compiled else model

    def step() -> None:
        model.zero_grad(set_to_none=True)
        called(data).square().mean().backward()

    return step


def _graphs() -> List[int]:
    """How many graphs this process found in inductor's cache, and how many it asked for; nothing where it does not count them."""
    from torch._dynamo.utils import counters

    told = counters["inductor"]
    hit = int(told["fxgraph_cache_hit"])
    asked = hit + int(told["fxgraph_cache_miss"]) + int(told["fxgraph_cache_bypass"])
    return [hit, asked] if asked else []


def _end_compilers() -> None:
    """Let the processes that compile end, where this torch has them."""
    try:
        from torch._inductor.async_compile import shutdown_compile_workers
    except ImportError:
        return
    shutdown_compile_workers()
