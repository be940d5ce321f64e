"""What is in effect in this process when it has done its steps, whatever was asked for: read back from torch and from the system.

Names and values are texts. What could not be read is not named, and said under "not read back".
"""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Any, Dict

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = (
    ("_effect_threads", "threads"),
    ("_effect_memory", "allocator"),
    ("_effect_memory", "huge_pages"),
    ("_effect_torch", "switches"),
    ("_effect_made", "made"),
    ("_effect_gpu", "gpu"),
)


def read_back() -> Dict[str, str]:
    """By name. It takes less than a second, some of it at work: it is called at the end."""
    found: Dict[str, str] = {}
    failed = []
    for file, function in (("settings", "in_effect"), *PARTS):
        try:
            found.update(getattr(beside(file), function)())
        except Exception as error:
            failed.append("%s: %s" % (function, error))
    if failed:
        found["not read back"] = "; ".join(failed)
    return found


def beside(file: str) -> Any:
    """The module in a file beside this one, or of the probes; the same one each time."""
    name = "torch_starter_harness_" + file
    if name not in sys.modules:
        folder = os.path.join(os.path.dirname(HERE), "probes") if file == "settings" else HERE
        spec = importlib.util.spec_from_file_location(name, os.path.join(folder, file + ".py"))
        if spec is None or spec.loader is None:
            raise ImportError("no file " + file)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
