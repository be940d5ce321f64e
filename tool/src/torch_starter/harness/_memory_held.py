"""What is large or grows, by the names of the user's variables that hold it."""

from __future__ import annotations

import sys
from typing import Any, Dict, List, Optional, Tuple

LARGE = 1 << 20
LONG = 2000  # entries of a list that is weighed
WEIGHED = 24  # of them
TOLD = 20


class Held:
    """What Names found, weighed as the census does."""

    def __init__(self, torch: Any, named: List[Any], lines: Any, census: Any) -> None:
        self.torch, self.named, self.lines, self.census = torch, named, lines, census
        self.by_identity = {id(each.value): each for each in reversed(self.named)}

    def large(self) -> List[Dict[str, Any]]:
        """core/profile.Holding: tensors, arrays and long lists, the largest first; a piece of memory once."""
        found: Dict[Any, Dict[str, Any]] = {}
        for named in self.named:
            kind, dtype, size, key = self.weight(named.value)
            if size < LARGE or key in found:
                continue
            place = self.lines.assigning(named.file, named.name)
            if kind == "list":
                place = self.lines.adding(named.file, named.name) or place
            count = len(named.value) if kind == "list" else 1
            found[key] = {"name": named.path, "kind": kind, "dtype": dtype, "bytes": size, "count": count, "place": place}
        return sorted(found.values(), key=lambda each: -each["bytes"])[:TOLD]

    def weight(self, value: Any) -> Tuple[str, str, int, Any]:
        """What it is, its numbers, its bytes in memory, and which memory that is."""
        if isinstance(value, self.torch.nn.Parameter):
            return "", "", 0, None
        if isinstance(value, self.torch.Tensor):
            key, size = self.census.storage(value)
            return "tensor", str(value.dtype).replace("torch.", ""), size, key
        if type(value).__name__ in ("ndarray", "memmap") and hasattr(value, "nbytes"):
            base = value
            while type(getattr(base, "base", None)).__name__ in ("ndarray", "memmap"):
                base = base.base
            mapped = type(base).__name__ == "memmap" or type(getattr(base, "base", None)).__name__ == "mmap"
            return "mapped" if mapped else "array", str(value.dtype), 0 if mapped else base.nbytes, ("array", id(base))
        if isinstance(value, (bytes, bytearray, str)):
            return "bytes", type(value).__name__, sys.getsizeof(value), id(value)
        if type(value) in (list, tuple, dict) and len(value) >= LONG:
            return "list", *self.sampled(value), id(value)
        return "", "", 0, None

    def sampled(self, value: Any) -> Tuple[str, int]:
        """What most of its entries are, and about how large all are: some of them are weighed."""
        stretch = max(1, len(value) // WEIGHED)
        entries = list(value.values() if isinstance(value, dict) else value)[::stretch]
        sizes = [self.entry(each) for each in entries]
        return type(entries[0]).__name__, sys.getsizeof(value) + int(len(value) * sum(sizes) / len(sizes))

    def entry(self, value: Any, depth: int = 0) -> int:
        """The bytes of one entry."""
        if isinstance(value, self.torch.Tensor):
            return int(self.census.storage(value)[1]) + 500  # its object in Python, and that in C++
        found = sys.getsizeof(value)
        if depth < 2 and isinstance(value, (list, tuple)):
            found += sum(self.entry(each, depth + 1) for each in value[:WEIGHED]) * max(1, len(value) // WEIGHED)
        elif depth < 2 and isinstance(value, dict):
            found += sum(self.entry(each, depth + 1) for each in list(value.values())[:WEIGHED])
        return found

    def growing(self, rates: Dict[int, float]) -> List[Dict[str, Any]]:
        """core/profile.Growth of each container that becomes longer and has a name: what a step adds to it."""
        found: Dict[Any, Dict[str, Any]] = {}
        for identity, rate in rates.items():
            named = self.by_identity.get(identity)
            if named is None:
                continue
            place = self.lines.adding(named.file, named.name)
            value = named.value
            entries = list(value.values() if isinstance(value, dict) else value)
            sizes = [self.entry(each) for each in entries[-WEIGHED:]]
            row = {"bytes": rate * sum(sizes) / len(sizes), "blocks": rate, "what": self.what(entries[-1])}
            key = (named.file, named.name)
            if key not in found or found[key]["bytes"] < row["bytes"]:
                found[key] = {**row, "place": place, "holder": named.path}
        return sorted(found.values(), key=lambda each: -each["bytes"])[:TOLD]

    def what(self, entry: Any) -> str:
        """What is kept: tensors that hold on to graphs, tensors, or anything else."""
        for each in [
            entry,
            *(entry if isinstance(entry, (list, tuple)) else ()),
            *(entry.values() if isinstance(entry, dict) else ()),
        ]:
            if isinstance(each, self.torch.Tensor):
                return "tensors with graphs" if each.grad_fn is not None else "tensors"
        return "memory"

    def chain(self) -> Optional[Dict[str, Any]]:
        """The tensor whose graph is the longest: a running sum that was never cut off."""
        graphs = [each for each in self.named if isinstance(each.value, self.torch.Tensor) and each.value.grad_fn is not None]
        lengths = [(len(self.census.reachable([each.value])), number) for number, each in enumerate(graphs)]
        for _, number in sorted(lengths, reverse=True):
            named = graphs[number]
            place = self.lines.adding(named.file, named.name)
            if place is not None:
                return {"place": place, "bytes": 0.0, "blocks": 1.0, "what": "tensors with graphs", "holder": named.path}
        return None
