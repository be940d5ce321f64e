"""Begins the harness in a process: reads what is asked, and waits for the script to import torch.

The variable TORCH_STARTER_TRIAL names a request: a JSON file beside which answers are written. It has

- `turns`: settings that are made from inside, as in turns.py;
- `warm` and `steps`: how many steps warm it up, and how many are measured then; `seconds`: but no longer than so (the slower of
  two has lost by then); `least`: where `steps` is 0, so many seconds and at least 5 steps are measured;
- `look`: a profiler looks at some more steps, after they were measured;
- `losses`: of so many steps the loss is kept; `seed`: what random numbers begin with, unless the script sets its own;
- `tool`: the process that asked: when it has gone, the script ends;
- `aside`: the folder that writes go to ("": one beside the request), and `through`: folders in which they stay where they are.

The variable TORCH_STARTER_TURNS has turns alone, as JSON: then nothing is measured, and the script runs to its end.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import sys
from typing import Any, Callable, Dict

Hooks = Dict[str, Callable[[Any], None]]


def begin() -> None:
    """Prepare this process; a DataLoader's worker is one too, and does nothing more."""
    request = asked()
    turns = beside("turns").Turns(request.get("turns", {}))
    hooks: Hooks = {}
    if "answers" in request:
        here = request["answers"]
        aside = request.get("aside") or os.path.join(here, "aside")
        request["redirect"] = beside("redirect").install(aside, [here, *request.get("through", [])])
        hooks.update(request["redirect"].hooks)
    turns.before()
    watch = beside("watch").Watch(request, turns, beside) if "answers" in request else None
    seed = request.get("seed")
    if seed is not None:
        random.seed(seed)
        hooks["numpy"] = lambda numpy: numpy.random.seed(seed)
    redirected = hooks.get("torch", nothing)

    def of_torch(torch: Any) -> None:
        redirected(torch)
        if seed is not None:
            torch.manual_seed(seed)
        turns.after_torch(torch)
        if watch is not None:
            watch.after_torch(torch)
        else:
            beside("root").find(torch, turns.first_forward)

    after_import({**hooks, "torch": of_torch})


def nothing(module: Any) -> None:
    """What is done after an import where nothing is asked for."""


def asked() -> Dict[str, Any]:
    """The request of this process: with `answers`, the folder for them, where it is a trial."""
    path = os.environ.get("TORCH_STARTER_TRIAL")
    if path:
        with open(path) as file:
            return dict(json.load(file), answers=os.path.dirname(os.path.abspath(path)))
    return {"turns": json.loads(os.environ.get("TORCH_STARTER_TURNS") or "{}")}


def beside(file: str) -> Any:
    """The module in a file beside this one; the same one each time."""
    name = "torch_starter_harness_" + file
    if name not in sys.modules:
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), file + ".py")
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError("no harness " + path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def after_import(hooks: Hooks) -> None:
    """Call a function with each module of a name, right after it was imported; at once where it is there already."""
    for name in [name for name in hooks if name in sys.modules]:
        hooks.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, Finder(hooks))


class Finder:
    """Finds modules as the others do, and lets their loaders tell when they are done."""

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in self.hooks:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find is not None and finder is not self else None
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    spec.loader = Told(spec.loader, self.hooks.pop(name))
                return spec
        return None


class Told:
    """A loader that calls a hook when its module was executed; the module knows its own loader alone."""

    def __init__(self, loader: Any, hook: Callable[[Any], None]) -> None:
        self.loader, self.hook = loader, hook

    def create_module(self, spec: Any) -> Any:
        create = getattr(self.loader, "create_module", None)
        return create(spec) if create is not None else None

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        self.hook(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)
