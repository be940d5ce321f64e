"""Begins the harness in a process: reads what is asked, and waits for the script to import torch.

The variable TORCH_STARTER_TRIAL names a request: a JSON file beside which answers are written. It has

- `turns`: settings that are made from inside, as in turns.py;
- `warm` and `steps`: how many steps warm it up, and how many are measured then; `seconds`: but no longer than so (the slower of
  two has lost by then); `least`: where `steps` is 0, so many seconds and at least 5 steps are measured;
- `look`: a profiler looks at some more steps, after they were measured;
- `losses`: of so many steps the loss is kept; `seed`: what random numbers begin with, unless the script sets its own;
- `course`: the file that counts its steps: course (a trial, as above), or profile or memory, which say what they read of this;
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
    hooks = aside(request) if "answers" in request else {}
    turns = beside("turns").Turns(request.get("turns", {}))
    turns.before()
    watch = beside("watch").Watch(request, turns, beside) if "answers" in request else None
    if request.get("seed") is not None:
        begin_chance(request["seed"], hooks)

    def of_torch(torch: Any) -> None:
        turns.after_torch(torch)
        if watch is not None:
            watch.after_torch(torch)
        else:
            beside("root").find(torch, turns.first_forward)

    then(hooks, "torch", of_torch)
    after_import(hooks)


def aside(request: Dict[str, Any]) -> Hooks:
    """From here on what is written goes aside; and the hooks of modules that write by themselves."""
    here = request["answers"]
    folder = request.get("aside") or os.path.join(here, "aside")
    request["redirect"] = beside("redirect").install(folder, [here, *request.get("through", [])])
    return dict(request["redirect"].hooks)


def begin_chance(seed: int, hooks: Hooks) -> None:
    """All random numbers begin alike, until the script says otherwise."""
    random.seed(seed)
    then(hooks, "numpy", lambda numpy: numpy.random.seed(seed))
    then(hooks, "torch", lambda torch: torch.manual_seed(seed))


def then(hooks: Hooks, name: str, hook: Callable[[Any], Any]) -> None:
    """Do one thing more after a module was imported."""
    before = hooks.get(name)

    def both(module: Any) -> None:
        if before is not None:
            before(module)
        hook(module)

    hooks[name] = both


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
                    spec.loader = Told(spec.loader, self.hooks, name)
                return spec
        return None


class Told:
    """A loader that calls a hook when its module was executed; the module knows its own loader alone."""

    def __init__(self, loader: Any, hooks: Hooks, name: str) -> None:
        self.loader, self.hooks, self.name = loader, hooks, name

    def create_module(self, spec: Any) -> Any:
        create = getattr(self.loader, "create_module", None)
        return create(spec) if create is not None else None

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        hook = self.hooks.pop(self.name, None)  # who only asks where a module is has not imported it
        if hook is not None:
            hook(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)
