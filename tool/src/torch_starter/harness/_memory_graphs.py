"""What forward passes keep for the way back: by line, in a step; and which passes keep it for nothing.

A tensor is kept once, however many operations keep it; parameters are there anyway. It is let go when the way back ends.
"""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

DEPTH = 14  # functions of each line
WEIGHED = 2  # passes of each line in eval mode, of which is seen what they keep
TOLD = 60
Frames = Tuple[Tuple[str, str, int], ...]


class Kept:
    """What is kept since it began. `own` tells whether a file is the user's, `ours` whether it is not to be told."""

    def __init__(self, torch: Any, parameters: Set[Any], stacks: Any, storage: Any) -> None:
        self.torch, self.parameters, self.stacks, self.storage = torch, parameters, stacks, storage
        self.now: Dict[Any, Tuple[int, Frames]] = {}
        self.most: Dict[Any, Tuple[int, Frames]] = {}
        self.hooks: Any = None

    def begin(self) -> None:
        """From here on operations tell what they keep."""
        self.hooks = self.torch.autograd.graph.saved_tensors_hooks(self.pack, same)
        self.hooks.__enter__()

    def end(self) -> None:
        """No more."""
        if self.hooks is not None:
            hooks, self.hooks = self.hooks, None
            hooks.__exit__(None, None, None)
        self.settle()

    def pack(self, tensor: Any) -> Any:
        """An operation keeps a tensor."""
        key, size = self.storage(tensor)
        if key is not None and key not in self.parameters and key not in self.now:
            self.now[key] = (size, frames(self.stacks))
        return tensor.detach()  # itself would keep the graph in a circle

    def settle(self) -> None:
        """The way back has ended: of several ways in a step the one with most counts."""
        if self.bytes(self.now) > self.bytes(self.most):
            self.most = self.now
        self.now = {}

    def bytes(self, kept: Dict[Any, Tuple[int, Frames]]) -> int:
        return sum(size for size, _ in kept.values())

    def told(self) -> List[Dict[str, Any]]:
        """core/profile.Owner of each line."""
        found: Dict[Frames, List[int]] = {}
        for size, stack in self.most.values():
            row = found.setdefault(stack, [0, 0])
            row[0] += size
            row[1] += 1
        most = sorted(found.items(), key=lambda each: -each[1][0])[:TOLD]
        return [{"bytes": size, "blocks": count, **framed(stack, self.stacks)} for stack, (size, count) in most]


class Passes:
    """Calls of a model by the line that makes them: how many build a graph, and whether the way back ever takes it."""

    def __init__(self, torch: Any, place: Callable[[], Optional[Dict[str, Any]]], kept: Callable[[], Optional[Kept]]) -> None:
        self.torch, self.place, self.kept = torch, place, kept
        self.rows: Dict[Any, Dict[str, Any]] = {}
        self.open: List[Tuple[Any, Optional[Kept]]] = []

    def before(self, module: Any, *_: Any) -> None:
        """A pass begins; in eval mode it may be for nothing, and what it keeps is weighed."""
        while self.open:  # one that an error ended
            _, unfinished = self.open.pop()
            if unfinished is not None:
                unfinished.end()
        if not self.torch.is_grad_enabled():
            return
        where = self.place()
        key = (where["file"], where["line"]) if where else None
        row = self.rows.setdefault(key, new(where, module))
        kept = self.kept() if not module.training and row["weighed"] < WEIGHED else None
        if kept is not None:
            row["weighed"] += 1
            kept.begin()
        self.open.append((key, kept))

    def after(self, module: Any, _: Any, answer: Any) -> None:
        """It ended."""
        if not self.open:
            return
        key, kept = self.open.pop()
        row = self.rows[key]
        if kept is not None:
            kept.end()
            row["bytes"] = max(row["bytes"], kept.bytes(kept.most))
        nodes = [each.grad_fn for each in tensors(answer, self.torch.Tensor) if each.grad_fn is not None]
        if nodes:
            row["count"] += 1
            for node in nodes[:4]:
                node.register_hook(lambda *_: row.__setitem__("used", True))

    def told(self, steps: int) -> List[Dict[str, Any]]:
        """core/profile.Call of those that no way back ever took. The last one may be still to come."""
        unused = [row for row in self.rows.values() if row["count"] > 1 and not row["used"]]
        named = ("place", "function", "bytes")
        return [
            {**{name: row[name] for name in named}, "count": row["count"] / max(1, steps), "seconds": 0.0}
            for row in sorted(unused, key=lambda row: -row["bytes"])
        ]


def new(place: Optional[Dict[str, Any]], module: Any) -> Dict[str, Any]:
    name = type(getattr(module, "_orig_mod", module)).__name__
    mode = "" if module.training else ", in eval mode"
    return {"place": place, "function": name + mode, "count": 0, "bytes": 0, "weighed": 0, "used": False}


def tensors(answer: Any, kind: Any, depth: int = 0) -> List[Any]:
    """Those of what a model answers."""
    if isinstance(answer, kind):
        return [answer]
    if depth > 2:
        return []
    inside = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, (list, tuple)) else ()
    return [found for each in inside for found in tensors(each, kind, depth + 1)]


def same(tensor: Any) -> Any:
    """What was kept is given back as it is."""
    return tensor


def frames(stacks: Any) -> Frames:
    """The functions that we were called by, the innermost first, down to the nearest of the user's and some around it."""
    found: List[Tuple[str, str, int]] = []
    frame: Any = sys._getframe(2)
    while frame is not None and len(found) < DEPTH:
        code = frame.f_code
        if not stacks.ours(code.co_filename):
            found.append((getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0))
        frame = frame.f_back
    return tuple(found)


def framed(stack: Frames, stacks: Any) -> Dict[str, Any]:
    """The user's own innermost line, and the functions from the outermost in."""
    told = [[function, file, line, stacks.own(file)] for function, file, line in reversed(stack)]
    own = [each for each in told if each[3]]
    return {"place": {"file": own[-1][1], "line": own[-1][2]} if own else None, "frames": told}
