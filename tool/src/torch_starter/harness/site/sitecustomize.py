"""Python imports this when it starts, because PYTHONPATH begins with its folder: it begins the harness, where one is asked for.

Standard library alone, Python 3.8. What was called sitecustomize before is run as it would have been.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def begin() -> None:
    """Run harness/begin.py where a trial or a profile asks for it."""
    if not (os.environ.get("TORCH_STARTER_TRIAL") or os.environ.get("TORCH_STARTER_TURNS")):
        return
    path = os.path.join(os.path.dirname(HERE), "begin.py")
    spec = importlib.util.spec_from_file_location("torch_starter_harness_begin", path)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.begin()


def shadowed() -> None:
    """Run the sitecustomize that would have been found without ours; our folder hides nothing else, and leaves the path."""
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


shadowed()
begin()
