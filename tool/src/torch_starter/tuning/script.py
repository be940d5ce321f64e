"""A script of the user's, as text and as a tree: where its calls and statements are, to the character."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator, Mapping
from functools import cached_property

BOM = "\ufeff"
Node = ast.expr | ast.stmt | ast.keyword


class Unclear(Exception):
    """A change of a script is not made for the reader, and why: the words go behind what is to be done."""


class Script:
    """The text of a script, its byte order mark apart. Raises Unclear where it is no Python that we know."""

    def __init__(self, text: str) -> None:
        self.mark = BOM if text.startswith(BOM) else ""
        self.text = text.removeprefix(BOM)
        try:
            self.tree = ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise Unclear("the file could not be read as Python") from error

    @property
    def whole(self) -> str:
        """As the file has it."""
        return self.mark + self.text

    @cached_property
    def newline(self) -> str:
        """As its first line ends."""
        line, feed, _ = self.text.partition("\n")
        return "\r\n" if feed and line.endswith("\r") else "\n"

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins; a carriage return alone ends one too, as Python has it."""
        text = self.text
        ends = [at for at, sign in enumerate(text) if sign == "\n" or (sign == "\r" and text[at + 1 : at + 2] != "\n")]
        return [0, *(at + 1 for at in ends)]

    def at(self, line: int, column: int) -> int:
        """The place of a line from 1 and a column in bytes, as trees have them."""
        start = self.starts[line - 1]
        head = self.text[start : start + column]  # no more signs than bytes
        return start + len(head.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass"))

    def start(self, node: Node) -> int:
        return self.at(node.lineno, node.col_offset)

    def end(self, node: Node) -> int:
        return self.at(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def source(self, node: Node) -> str:
        """Its text."""
        return self.text[self.start(node) : self.end(node)]

    def line_end(self, at: int) -> int:
        """Where the line of a place ends, before the signs that end it."""
        ends = [found for found in (self.text.find("\n", at), self.text.find("\r", at)) if found >= 0]
        return min(ends, default=len(self.text))

    def line_start(self, at: int) -> int:
        """Where the line of a place begins."""
        return self.starts[bisect.bisect_right(self.starts, at) - 1]

    def indentation(self, at: int) -> str:
        """What the line of a place begins with."""
        line = self.text[self.line_start(at) : self.line_end(at)]
        return line[: len(line) - len(line.lstrip())]

    def begins_line(self, at: int) -> bool:
        """Whether there is nothing before it."""
        return not self.text[self.line_start(at) : at].strip()

    def silent_end(self, at: int) -> int:
        """Where what is space, comment or the end of a line ends that begins at a place."""
        while at < len(self.text):
            if self.text[at] == "#":
                at = self.line_end(at)
            elif self.text[at].isspace() or self.text[at] == "\\":
                at += 1
            else:
                break
        return at

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """What names mean that were given to what was imported."""
        froms = (node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom))
        return {each.asname: each.name for node in froms for each in node.names if each.asname}

    def called(self, call: ast.Call) -> str:
        """The last word of what is called: AdamW of torch.optim.AdamW, whatever it was renamed to when it was imported."""
        if isinstance(call.func, ast.Attribute):
            return call.func.attr
        return self.aliases.get(call.func.id, call.func.id) if isinstance(call.func, ast.Name) else ""

    def calls(self, *names: str) -> list[ast.Call]:
        """All calls of what is called so."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call) and self.called(node) in names]

    def call_at(self, line: int | None, *names: str) -> ast.Call:
        """The one call of such a name at a line, of which it may be any; raises Unclear where there is none, or several."""
        covering = [call for call in self.calls(*names) if line is not None and call.lineno <= line <= (call.end_lineno or 0)]
        exact = [call for call in covering if line in (call.lineno, call.func.end_lineno)]
        found = exact or covering
        if not found:
            raise Unclear(f"no {' or '.join(names)} is called by its name here, a library may do it")
        if len(found) > 1:
            raise Unclear("there are several such calls in this line")
        return found[0]

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that it is in."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What it is in, from the inside out."""
        while node in self.parents:
            node = self.parents[node]
            yield node
