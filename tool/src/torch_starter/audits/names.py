"""What names in a file mean: what is imported, under which name, and which of them hold a value that is known."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

NOT_KNOWN = object()


@dataclass
class Names:
    """The names of a file. `meant`: a name -> what was imported under it, with dots; `stars`: modules of `import *`.

    `values`: names that are given one value in all of the file, which is written out there.
    """

    meant: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    values: dict[str, ast.expr] = field(default_factory=dict)

    def dotted(self, node: ast.expr) -> str:
        """What an expression names, such as torch.load; empty where it is no imported name."""
        if isinstance(node, ast.Name):
            return self.meant.get(node.id, "")
        if isinstance(node, ast.Attribute):
            whose = self.dotted(node.value)
            return f"{whose}.{node.attr}" if whose else ""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) > 1:
            whose, word = self.dotted(node.args[0]), node.args[1]
            return f"{whose}.{word.value}" if whose and isinstance(word, ast.Constant) and isinstance(word.value, str) else ""
        return ""

    def candidates(self, node: ast.expr) -> list[str]:
        """What it may name: also what `import *` may have brought."""
        if found := self.dotted(node):
            return [found]
        return [f"{module}.{node.id}" for module in self.stars] if isinstance(node, ast.Name) else []

    def value(self, node: ast.expr | None) -> object:
        """The constant that an expression is; NOT_KNOWN where that is not written out."""
        if isinstance(node, ast.Name) and node.id in self.values:
            node = self.values[node.id]
        return node.value if isinstance(node, ast.Constant) else NOT_KNOWN

    def pairs(self, node: ast.expr) -> Mapping[str, ast.expr] | None:
        """The words of a dictionary that is written out; None where it is not."""
        if isinstance(node, ast.Name) and node.id in self.values:
            node = self.values[node.id]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
            return {word.arg: word.value for word in node.keywords if word.arg} if all(w.arg for w in node.keywords) else None
        if not isinstance(node, ast.Dict) or not all(isinstance(key, ast.Constant) for key in node.keys):
            return None
        return {str(key.value): value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)}

    def imported(self, node: ast.Import | ast.ImportFrom) -> None:
        """Take what an import brings."""
        if isinstance(node, ast.Import):
            for each in node.names:
                self.meant[each.asname or each.name.split(".")[0]] = each.name if each.asname else each.name.split(".")[0]
        elif node.module and not node.level:
            for each in node.names:
                if each.name == "*":
                    self.stars.append(node.module)
                else:
                    self.meant[each.asname or each.name] = f"{node.module}.{each.name}"


def names(trees: Iterable[ast.Module]) -> Names:
    """The names of all of a file, wherever in it they are bound."""
    known = Names()
    nodes = [node for tree in trees for node in ast.walk(tree)]
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            known.imported(node)
    times = Counter(name for node in nodes if (name := bound(node)))
    for node in nodes:
        if (given := assigned(node)) is None:
            continue
        name, value = given
        if other := known.dotted(value):  # load = torch.load
            known.meant[name] = other
        elif times[name] == 1:
            known.values[name] = value
    return known


def bound(node: ast.AST) -> str:
    """The name that a node gives something to; empty where it gives nothing."""
    if isinstance(node, ast.arg):
        return node.arg
    return node.id if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) else ""


def assigned(node: ast.AST) -> tuple[str, ast.expr] | None:
    """The name and the value of a plain assignment."""
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if isinstance(node, ast.AnnAssign):
        target = node.target
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    return (target.id, value) if isinstance(target, ast.Name) and value is not None else None
