"""Counts what is alive, when a step has ended: tensors by role, what holds on to graphs, and containers that become longer."""

from __future__ import annotations

import collections
import gc
import time
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

CONTAINERS = (list, dict, set, collections.deque, collections.OrderedDict, collections.defaultdict)
NODES = 30_000  # of graphs that are followed
SECONDS = 0.3  # in which they are
LEAST = 0.4  # entries more a step: what grows
GROWING = 200  # containers that are looked at again
CLOCK = time.perf_counter


class Census:
    """The tensors, modules, optimizers and data sets that are alive; containers by their length."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.tensors: List[Any] = []
        self.modules: List[Any] = []
        self.optimizers: List[Any] = []
        self.datasets: List[Any] = []
        self.lengths: Dict[int, int] = {}
        kinds = {kind: "container" for kind in CONTAINERS}  # type: Dict[type, str]
        lists = {"tensor": self.tensors, "module": self.modules, "optimizer": self.optimizers, "dataset": self.datasets}
        for each in gc.get_objects():
            kind = kinds.get(type(each))
            if kind is None:
                kind = kinds[type(each)] = self.kind(type(each))
            if kind == "container":
                if len(each) > 1:
                    self.lengths[id(each)] = len(each)
            elif kind:
                lists[kind].append(each)

    def kind(self, of: type) -> str:
        """A word for a class."""
        torch, mro = self.torch, getattr(of, "__mro__", ())
        known = (
            (torch.Tensor, "tensor"),
            (torch.nn.Module, "module"),
            (torch.optim.Optimizer, "optimizer"),
            (torch.utils.data.Dataset, "dataset"),
        )
        return next((word for base, word in known if base in mro), "")

    def roles(self) -> Tuple[Dict[str, int], Dict[str, int]]:
        """Bytes by role, and by the kind of numbers; a piece of memory counts once, for the first that it is."""
        found, dtypes, seen = {}, {}, set()  # type: Dict[str, int], Dict[str, int], Set[Any]
        for role, tensors in (
            ("parameters", self.parameters()),
            ("gradients", self.gradients()),
            ("optimizer", self.states()),
            ("buffers", (each for module in self.modules for each in module._buffers.values())),
            ("others", iter(self.tensors)),
        ):
            found.setdefault(role, 0)
            for each in tensors:
                key, size = storage(each)
                if key is not None and key not in seen:
                    seen.add(key)
                    found[role] += size
                    name = str(each.dtype).replace("torch.", "")
                    dtypes[name] = dtypes.get(name, 0) + size
        return found, dtypes

    def parameters(self) -> Iterator[Any]:
        for module in self.modules:
            yield from (each for each in module._parameters.values() if each is not None)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                yield from group["params"]

    def gradients(self) -> Iterator[Any]:
        for each in self.parameters():
            if each.is_leaf and each.grad is not None:
                yield each.grad

    def states(self) -> Iterator[Any]:
        """Whatever tensors optimizers keep."""
        for optimizer in self.optimizers:
            yield from tensors_in(optimizer.state, self.torch.Tensor)

    def graphs(self) -> List[Any]:
        """The tensors that hold on to what they were computed from."""
        return [each for each in self.tensors if each.requires_grad and each.grad_fn is not None]

    def told(self, step: int, resident: int) -> Dict[str, Any]:
        """core/profile.Census, and how many nodes of graphs there are, at least."""
        roles, dtypes = self.roles()
        graphs = self.graphs()
        return {
            "census": {
                "step": step,
                "bytes": roles,
                "tensors": len(self.tensors),
                "graphs": len(graphs),
                "resident": resident,
            },
            "dtypes": dtypes,
            "nodes": len(reachable(graphs)),
            "lengths": self.lengths,
        }


def tensors_in(value: Any, kind: Any, depth: int = 0) -> Iterator[Any]:
    """The tensors in nested dictionaries and lists."""
    if isinstance(value, kind):
        yield value
    elif depth < 5 and isinstance(value, dict):
        for each in value.values():
            yield from tensors_in(each, kind, depth + 1)
    elif depth < 5 and isinstance(value, (list, tuple)):
        for each in value:
            yield from tensors_in(each, kind, depth + 1)


def storage(tensor: Any) -> Tuple[Optional[Tuple[str, int]], int]:
    """Which memory a tensor lies in, and how large that is; none where it has none of its own."""
    try:
        found = tensor.untyped_storage() if hasattr(tensor, "untyped_storage") else tensor.storage()
        place, size = found.data_ptr(), found.nbytes()
    except (RuntimeError, NotImplementedError, AttributeError, TypeError, ValueError):  # such as sparse ones, or lazy ones
        return None, 0
    return ((str(tensor.device), place), size) if place and size else (None, 0)


def reachable(tensors: List[Any], most: int = NODES) -> Set[Any]:
    """The nodes of the graphs that these tensors hold on to, as far as there is time."""
    until, seen = CLOCK() + SECONDS, set()  # type: float, Set[Any]
    waiting = [each.grad_fn for each in tensors]
    while waiting and len(seen) < most and CLOCK() < until:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [each for each, _ in node.next_functions]
    return seen


def only_longer(before: Dict[int, int], after: Dict[int, int]) -> None:
    """Forget, in both, the containers that did not become longer: of all of them there are many."""
    kept = {identity for identity, length in after.items() if before.get(identity, length) < length}
    for lengths in (before, after):
        for identity in lengths.keys() - kept:
            del lengths[identity]


def longer(first: Dict[int, int], second: Dict[int, int], third: Dict[int, int], steps: Tuple[int, int]) -> Dict[int, float]:
    """Containers to which each of the steps between three censuses added: entries a step, by their identity."""
    found = {}
    for identity, last in third.items():
        before, between = first.get(identity), second.get(identity)
        if before is None or between is None:
            continue
        rates = ((between - before) / max(1, steps[0]), (last - between) / max(1, steps[1]))
        if min(rates) >= LEAST:
            found[identity] = rates[1]
    return dict(sorted(found.items(), key=lambda each: -each[1])[:GROWING])
