"""What the user's own variables hold: by which name, and which line puts it there.

The variables are those of the running functions, and of the user's own modules; objects of the user's own classes, lists and
dictionaries are looked into, some levels deep.
"""

from __future__ import annotations

import ast
import os
import sys
import time
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

DEPTH = 4
SECONDS = 0.4  # in which variables are looked into
LOOKED = 20_000  # objects
ITEMS = 40  # of a list
FUNCTION = 0x03  # of a code object: its frame has variables of its own
UNSHARED = 3  # names of a copy of them: the frame's, ours and that of who counts
ADDS = ("append", "extend", "add", "appendleft", "insert", "update", "setdefault", "put")
CLOCK = time.perf_counter


class Named(NamedTuple):
    """Something that a variable of the user's holds; `name`: the variable or attribute that it is."""

    name: str
    path: str
    file: str
    value: Any


class Names:
    """Looks once. `own` tells whether a file is the user's; `kinds` are looked into whosever they are, and so are `others`."""

    def __init__(self, own: Callable[[str], bool], kinds: Tuple[Any, ...], others: Sequence[Any] = ()) -> None:
        self.own, self.kinds, self.others = own, kinds, others
        self.seen: Set[int] = set()
        self.until = CLOCK() + SECONDS

    def all(self) -> List[Named]:
        """Everything that is named, the nearest first."""
        waiting = [(each, 0) for each in self.roots()]
        found: List[Named] = []
        while waiting and len(found) < LOOKED and CLOCK() < self.until:
            named, depth = waiting.pop(0)
            if id(named.value) in self.seen:
                continue
            self.seen.add(id(named.value))
            found.append(named)
            if depth < DEPTH:
                waiting += [(each, depth + 1) for each in self.within(named)]
        return found

    def roots(self) -> Iterator[Named]:
        """The variables themselves."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if self.own(file) and frame.f_code.co_flags & FUNCTION == FUNCTION:
                held = frame.f_locals
                yield from (Named(name, name, file, value) for name, value in list(held.items()))
                if type(held) is dict and sys.getrefcount(held) <= UNSHARED:
                    held.clear()  # a copy, which would keep alive what the function lets go
            frame = frame.f_back
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None) or (script() if name == "__main__" else None)
            if isinstance(file, str) and self.own(file):
                held = {name: value for name, value in list(vars(module).items()) if not name.startswith("__")}
                yield from (Named(name, name, file, value) for name, value in held.items() if type(value) is not type(sys))

        for each in self.others:
            yield Named(type(each).__name__, type(each).__name__, file_of(type(each)), each)

    def within(self, named: Named) -> Iterator[Named]:
        """What is in it, one level deeper."""
        value, kind = named.value, type(named.value)
        if isinstance(value, dict):
            yield from (Named(named.name, "%s[%s]" % (named.path, short(key)), named.file, each) for key, each in first(value))
        elif isinstance(value, (list, tuple, set)) or kind.__name__ == "deque":
            yield from (Named(named.name, named.path + "[...]", named.file, each) for each in list(value)[:ITEMS])
        elif isinstance(value, self.kinds) or self.own(file_of(kind)):
            file = file_of(kind)
            for name, each in list(getattr(value, "__dict__", {}).items()):
                yield Named(name, named.path + "." + name, file if self.own(file) else named.file, each)
        if hasattr(value, "cache_info") and hasattr(value, "__wrapped__"):
            yield Named(named.name, named.path, named.file, value.__wrapped__)


class Lines:
    """Which lines put something under a name."""

    def __init__(self) -> None:
        self.trees: Dict[str, Any] = {}

    def tree(self, file: str) -> Any:
        if file not in self.trees:
            try:
                with open(file, "rb") as opened:
                    self.trees[file] = ast.parse(opened.read())
            except (OSError, SyntaxError, ValueError):
                self.trees[file] = ast.Module(body=[], type_ignores=[])
        return self.trees[file]

    def adding(self, file: str, name: str) -> Optional[Dict[str, Any]]:
        """The line that adds to it: losses.append(x), cache[key] = x, total += x."""
        return self.place(file, [line(node) for node in ast.walk(self.tree(file)) if adds(node, name)])

    def assigning(self, file: str, name: str) -> Optional[Dict[str, Any]]:
        """The line that sets it: the last of them, since the first is often None."""
        lines = [(line(node), plain(node)) for node in ast.walk(self.tree(file)) if assigns(node, name)]
        wanted = [number for number, constant in lines if not constant] or [number for number, _ in lines]
        return self.place(file, wanted[-1:])

    def place(self, file: str, lines: List[int]) -> Optional[Dict[str, Any]]:
        return {"file": os.path.abspath(file), "line": lines[0]} if lines else None


def adds(node: Any, name: str) -> bool:
    """Whether it adds to what has this name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ADDS and called(node.func.value) == name
    if isinstance(node, ast.AugAssign):
        return called(node.target) == name or (isinstance(node.target, ast.Subscript) and called(node.target.value) == name)
    if isinstance(node, ast.Assign):
        inside = any(isinstance(each, ast.Subscript) and called(each.value) == name for each in node.targets)
        again = any(called(each) == name for each in node.targets) and isinstance(node.value, ast.BinOp)
        return inside or (again and any(called(each) == name for each in ast.walk(node.value)))
    return False


def assigns(node: Any, name: str) -> bool:
    """Whether it gives something this name."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    flat = [inner for each in targets for inner in (each.elts if isinstance(each, (ast.Tuple, ast.List)) else [each])]
    return any(called(each) == name for each in flat)


def line(node: Any) -> int:
    return int(node.lineno)


def plain(node: Any) -> bool:
    return node.value is None or isinstance(node.value, ast.Constant)


def called(node: Any) -> str:
    """What a variable or an attribute is called."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def script() -> Optional[str]:
    """The script, whose module does not know its file any more when it has ended."""
    path = os.path.abspath(sys.argv[0]) if getattr(sys, "argv", None) else ""
    return path if os.path.isfile(path) else None


def file_of(kind: Any) -> str:
    """The file in which a class is made."""
    module = sys.modules.get(getattr(kind, "__module__", None) or "")
    return getattr(module, "__file__", None) or ""


def first(value: Dict[Any, Any]) -> List[Tuple[Any, Any]]:
    return list(value.items())[:ITEMS]


def short(key: Any) -> str:
    return repr(key)[:20] if isinstance(key, (str, int)) else "..."
