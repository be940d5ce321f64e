"""The outermost module that a script calls, found when it is called first, and places in the user's own files."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Dict, Optional

HERE = os.path.dirname(os.path.abspath(__file__))


def find(torch: Any, found: Callable[[Any], None]) -> None:
    """Call `found` with the first module with parameters that is called, before it computes. Nothing is left behind then.

    Modules without parameters (a loss, a transform of images) are no models.
    """

    def called(module: Any, given: Any) -> None:
        if handles and next(module.parameters(), None) is not None:
            handles.pop().remove()
            found(module)

    handles = [torch.nn.modules.module.register_module_forward_pre_hook(called)]


def described(torch: Any, module: Any) -> Dict[str, Any]:
    """What a module is, for core/tuning.Model."""
    inner = getattr(module, "_orig_mod", module)
    convolutions = sum(isinstance(part, torch.nn.modules.conv._ConvNd) for part in inner.modules())
    return {
        "place": place(),
        "name": type(inner).__name__,
        "parameters": sum(
            each.numel() for each in inner.parameters() if not hasattr(each, "materialize")
        ),  # lazy ones have none yet
        "convolutions": convolutions,
        "compiled": inner is not module or getattr(module, "_compiled_call_impl", None) is not None,
    }


def place() -> Optional[Dict[str, Any]]:
    """The line of the user's own files that we were called from: of no installed package, and not of ours."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        own = name.startswith(HERE) or name.startswith("<") or "site-packages" in name or "dist-packages" in name
        if not own and not name.startswith(sys.base_prefix + os.sep):
            return {"file": os.path.abspath(name), "line": frame.f_lineno}
        frame = frame.f_back
    return None
