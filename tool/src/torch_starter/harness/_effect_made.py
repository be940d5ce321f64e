"""Read back: what the script has made (DataLoaders, optimizers, its model), as it is now."""

from __future__ import annotations

import sys
from typing import Any, Dict, Iterable, Iterator, List, Set, Tuple

MODES = {(False, False): "default", (True, False): "reduce-overhead", (True, True): "max-autotune"}


def made() -> Dict[str, str]:
    """By what turns.py has kept of it; nothing where it was not there."""
    turns = sys.modules.get("torch_starter_harness_turns")
    if turns is None:
        return {}
    kept = turns.MADE
    found = {**of_loaders(kept.loaders), **dict(of_optimizers(kept.optimizers))}
    for model in kept.models[:1]:
        found.update(of_model(model))
    if kept.parallel:
        found["bucket view"] = several("yes" if each else "no" for each in kept.parallel)
    if kept.overruled:
        found["overruled"] = "; ".join(kept.overruled)
    return found


def several(values: Iterable[Any]) -> str:
    """All that there are, each once."""
    return ", ".join(sorted({str(value) for value in values}))


def of_loaders(loaders: List[Dict[str, Any]]) -> Dict[str, str]:
    """Of those whose data can be asked for by number the workers, and of those with workers the rest."""
    found = {}
    told = [each for each in loaders if not each["iterable"]]
    if told:
        found["loader workers"] = several(each["workers"] for each in told)
    if loaders:
        found["loader pinned"] = several("yes" if each["pinned"] else "no" for each in loaders)
    working = [each for each in loaders if each["workers"]]
    if working:
        found["loader prefetch"] = several(each["prefetch"] for each in working)
        found["loader persistent"] = several("yes" if each["persistent"] else "no" for each in working)
    return found


def of_optimizers(optimizers: List[Any]) -> Iterator[Tuple[str, str]]:
    """How those compute that can do it in several ways; a checkpoint that was loaded may have changed it."""
    ways: Set[str] = set()
    for each in optimizers:
        if {"fused", "foreach"} & set(each.defaults):
            groups = each.param_groups
            ways.update(next((way for way in ("fused", "foreach") if group.get(way)), "usual") for group in groups)
    if ways:
        yield "optimizer", ", ".join(sorted(ways))


def of_model(model: Any) -> Dict[str, str]:
    return {"memory format": memory_format(model), "autocast": casting(model), "compile": compiled(model)}


def memory_format(model: Any) -> str:
    """Of the weights of convolutions, where their order can be told: those of one channel lie the same in both."""
    import torch

    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    found: Set[str] = set()
    for part in model.modules():
        weight = getattr(part, "weight", None) if isinstance(part, torch.nn.modules.conv._ConvNd) else None
        if weight is not None and weight.dim() in formats:
            last, first = weight.is_contiguous(memory_format=formats[weight.dim()]), weight.is_contiguous()
            found.update({"channels_last"} if last and not first else {"contiguous"} if first and not last else ())
    return several(found) or "none"


def casting(model: Any) -> str:
    """The type that a product has within its forward as it is called now."""
    import torch

    forward: Any = getattr(model.__dict__.get("forward"), "__func__", None)
    if not hasattr(forward, "entering"):
        return "no"
    factor = torch.ones(2, 2, device=forward.device)
    with torch.no_grad(), forward.entering():
        return str((factor @ factor).dtype).replace("torch.", "")


def compiled(model: Any) -> str:
    """Its mode, where graphs of it were compiled without a failure; else "no", and why where one failed."""
    call = getattr(model, "_compiled_call_impl", None)
    utils = sys.modules.get("torch._dynamo.utils")
    if utils is None or (call is None and not hasattr(model, "_orig_mod")):
        return "no"
    if not utils.counters["stats"].get("unique_graphs"):
        failed = [each.fail_reason for each in utils.get_compilation_metrics() if getattr(each, "fail_reason", None)]
        return "no: " + (failed[0].strip().splitlines()[0] if failed else "nothing of it was compiled")
    told: Dict[str, Any] = getattr(call, "get_compiler_config", dict)() or {}
    graphs, tuned = bool(told.get("triton.cudagraphs")), bool(told.get("max_autotune"))
    return MODES.get((graphs, tuned), "max-autotune-no-cudagraphs")
