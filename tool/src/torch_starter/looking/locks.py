"""Which lock a thread waits for, and which it holds, as its source has them: Python does not tell who holds a lock."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from torch_starter.core.profile import Frame
from torch_starter.looking.py_spy import Thread

Sources = Mapping[str, str]


def wanted(thread: Thread, sources: Sources) -> set[str]:
    """The locks that the user's innermost line takes: `with lock:` or `lock.acquire()`. Nothing where it takes none."""
    own = [frame for frame in thread.frames if frame.own]
    deeper = thread.python[-1] if thread.python else None
    if not own or deeper is None or (not deeper.own and "acquire" not in deeper.function and "__enter__" not in deeper.function):
        return set()
    tree = parsed(own[-1], sources)
    if tree is None:
        return set()
    line = own[-1].line
    taken = {text for node in withs(tree) if node.lineno == line for text in items(node)}
    return taken | {text for text, at in calls(tree, "acquire") if at == line}


def held(thread: Thread, sources: Sources) -> set[str]:
    """The locks that it took further out, at each of the user's lines that it is at."""
    found: set[str] = set()
    for frame in thread.frames:
        tree = parsed(frame, sources) if frame.own else None
        if tree is not None:
            found |= enclosing(tree, frame.line) | acquired(tree, frame.line)
    return found


def enclosing(tree: ast.AST, line: int) -> set[str]:
    """What the `with` statements have taken whose body a line is in."""
    around = [node for node in withs(tree) if node.body[0].lineno <= line <= (node.end_lineno or line)]
    return {text for node in around for text in items(node)}


def acquired(tree: ast.AST, line: int) -> set[str]:
    """What was acquired by a call above a line, in the same function, and is not released between."""
    scope = innermost(tree, line)
    last: dict[str, tuple[int, bool]] = {}
    for name in ("acquire", "release"):
        for text, at in calls(scope, name):
            if at < line and at > last.get(text, (0, False))[0]:
                last[text] = (at, name == "acquire")
    return {text for text, (_, taken) in last.items() if taken}


def innermost(tree: ast.AST, line: int) -> ast.AST:
    """The function that a line is in; the whole file where it is in none."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno, default=tree)


def withs(tree: ast.AST) -> Iterator[ast.With | ast.AsyncWith]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.With | ast.AsyncWith))


def items(node: ast.With | ast.AsyncWith) -> set[str]:
    return {ast.unparse(item.context_expr) for item in node.items}


def calls(tree: ast.AST, method: str) -> Iterator[tuple[str, int]]:
    """What has this method called, and at which line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield ast.unparse(node.func.value), node.lineno


def parsed(frame: Frame, sources: Sources) -> ast.AST | None:
    """The source of a frame; None where that cannot be read, or is no Python of ours."""
    try:
        return ast.parse(sources[frame.file])
    except (KeyError, SyntaxError, ValueError):
        return None


def text(frame: Frame | None, sources: Sources) -> str:
    """The words of the line that a frame is at."""
    lines = sources.get(frame.file, "").splitlines() if frame is not None else []
    return lines[frame.line - 1].strip() if frame is not None and 0 < frame.line <= len(lines) else ""
