"""The calls of a file, by what is called, and with what."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from torch_starter.audits.names import Names

PARTIAL = "functools.partial"


@dataclass(frozen=True)
class Call:
    """One call. `named`: what may be called, with dots; `shown`: as it is told. `words`: what is passed by name.

    `open_ended`: more is passed by name, and which is not known here.
    """

    node: ast.Call
    named: frozenset[str]
    shown: str
    arguments: tuple[ast.expr, ...] = ()
    words: Mapping[str, ast.expr] = field(default_factory=dict)
    open_ended: bool = False

    def word(self, name: str, position: int | None = None) -> ast.expr | None:
        """What is passed under a name, or at a position."""
        if name in self.words or position is None:
            return self.words.get(name)
        before = self.arguments[: position + 1]
        if len(before) <= position or any(isinstance(each, ast.Starred) for each in before):
            return None
        return before[position]


def calls(tree: ast.AST, known: Names) -> Iterator[Call]:
    """All calls below a node; one that functools.partial makes ready counts as one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield call(node, known)


def call(node: ast.Call, known: Names) -> Call:
    """One call, as far as it is known."""
    function, arguments = node.func, tuple(node.args)
    if known.dotted(function) == PARTIAL and arguments:
        function, arguments = arguments[0], arguments[1:]
    named = known.candidates(function)
    words: dict[str, ast.expr] = {}
    open_ended = False
    for each in node.keywords:
        pairs = {each.arg: each.value} if each.arg else known.pairs(each.value)
        open_ended |= pairs is None
        words |= pairs or {}
    return Call(node, frozenset(named), named[0] if named else spelled(function), arguments, words, open_ended)


def spelled(node: ast.expr) -> str:
    """How a name with dots is written, by its last words; what it hangs on, such as a chain of calls, may be of any length."""
    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    words.append(node.id if isinstance(node, ast.Name) else "(...)")
    return ".".join(reversed(words))[-60:]
