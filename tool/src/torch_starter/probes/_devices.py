"""What the probes of GPUs share: each aspect in a process of its own, on every device, and bounds for rounding.

Bounds follow from the unit roundoff by N. J. Higham, Accuracy and Stability of Numerical Algorithms (2nd edition, SIAM
2002): a sum of n products is off by at most gamma(n) = n u / (1 - n u) times the sum of their magnitudes (lemma 3.1).
Tensor cores cut digits off where a CPU rounds, which doubles u, and do so once more where they align summands: 4 gamma(n).
"""

from __future__ import annotations

import math
import os
from functools import partial
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any, Callable, Dict, List

Aspect = Callable[[Any], str]
ASPECT_SECONDS = 60.0
TOTAL_SECONDS = 100.0  # less than a probe has: what the others showed is told


def _on_all(aspects: Dict[str, Aspect]) -> Dict[str, Any]:
    """Every aspect on every GPU: name -> {"value": a line for each device}, or {"error": what became of its process}.

    torch is imported here, once, and CUDA is first used in the children: importing torch does not start it.
    """
    import torch  # noqa: F401

    functions = {name: partial(_over, run, _gpus) for name, run in aspects.items()}
    return dict(_sibling("_apart")._in_turn(functions, ASPECT_SECONDS, TOTAL_SECONDS))


def _gpus() -> List[Any]:
    """The GPUs that torch sees; raises RuntimeError or AssertionError with CUDA's own reason where it does not start."""
    import torch

    torch.cuda.init()
    return [torch.device("cuda", index) for index in range(torch.cuda.device_count())]


def _over(run: Aspect, devices: Callable[[], List[Any]]) -> List[Dict[str, str]]:
    """One aspect on each device: its name, and what was seen or what was wrong."""
    lines = []
    for device in devices():
        line = {"device": _name(device)}
        try:
            line["seen"] = run(device)
        except (RuntimeError, AssertionError, ValueError, NotImplementedError, AttributeError, ImportError, TypeError) as error:
            words = str(error).strip().splitlines() or [""]
            line["error"] = "%s: %s" % (type(error).__name__, words[0][:300])
        lines.append(line)
    return lines


def _name(device: Any) -> str:
    if device.type != "cuda":
        return str(device)
    import torch

    return "GPU %d (%s)" % (device.index, torch.cuda.get_device_name(device))


def _capability(device: Any) -> tuple[int, int]:
    """Compute capability; of a CPU, which knows every type, the highest."""
    import torch

    return torch.cuda.get_device_capability(device) if device.type == "cuda" else (99, 0)


def _random(*shape: int, seed: int = 0) -> Any:
    """Standard normal float32 numbers on the CPU, the same at each call."""
    import torch

    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _roundoff(dtype: Any) -> float:
    """u: half the distance from 1 to the next number of the type."""
    import torch

    return float(torch.finfo(dtype).eps) / 2


def _gamma(n: int) -> float:
    """4 gamma(n) with float32's u = 2^-24."""
    return 4 * n * 2.0**-24 / (1 - n * 2.0**-24)


def _held(name: str, got: Any, exact: Any, bound: Any) -> float:
    """The largest |got - exact| / bound over all elements; AssertionError where it is over 1, or not a number."""
    got = got.detach().cpu().double()
    ratio = (got - exact).abs() / bound
    if not bool((ratio <= 1).all()):
        worst = int(ratio.nan_to_num(math.inf).argmax())
        values = "got %.9g, wanted %.9g" % (float(got.flatten()[worst]), float(exact.flatten()[worst]))
        raise AssertionError("%s: %s, an error of %.3g times its bound." % (name, values, float(ratio.flatten()[worst])))
    return float(ratio.max())


def _words(ratios: Dict[str, float]) -> str:
    """The largest errors as fractions of their bounds."""
    return ", ".join("%s %.2g" % pair for pair in ratios.items()) + " of the bound"


def _sibling(name: str) -> Any:
    """A file beside this one: probes are loaded by their paths, outside of any package."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    module = ModuleType("torch_starter_" + name)
    module.__file__ = path
    SourceFileLoader(module.__name__, path).exec_module(module)
    return module
