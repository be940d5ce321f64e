"""Changes of a script's text that are wished for, and the text with them. Comments, indentation and line ends stay."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from torch_starter.tuning.script import Node, Script, Unclear


@dataclass(frozen=True)
class Keyword:
    """A call is to be given a keyword, or another value of it. `positions`: what the call takes without a keyword, in order."""

    call: ast.Call
    name: str
    value: object
    positions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line of its own, put in where another line begins."""

    at: int
    text: str


@dataclass(frozen=True)
class Instead:
    """Other text for an expression."""

    node: ast.expr
    text: str


Wish = Keyword | Line | Instead
Change = tuple[int, int, str]  # from where to where, and what is there instead


def changed(script: Script, wishes: Iterable[Wish]) -> str:
    """The whole text with all wishes; of two that are of one thing the later is fulfilled. Raises Unclear."""
    told = list(dict.fromkeys(wishes))
    calls = dict.fromkeys(wish.call for wish in told if isinstance(wish, Keyword))
    changes: list[Change] = [
        *(change for call in calls for change in of_call(script, [w for w in told if isinstance(w, Keyword) and w.call is call])),
        *((wish.at, wish.at, wish.text + script.newline) for wish in told if isinstance(wish, Line)),
        *({wish.node: of_expression(script, wish.node, wish.text) for wish in told if isinstance(wish, Instead)}.values()),
    ]
    text = script.text
    for start, end, instead in reversed(sorted(changes, key=lambda each: each[0])):
        text = text[:start] + instead + text[end:]
    if text != script.text:
        Script(text)  # which says whether it is Python
    return script.mark + text


def of_expression(script: Script, node: ast.expr, text: str) -> Change:
    return script.start(node), script.end(node), text


def of_call(script: Script, wishes: Sequence[Keyword]) -> Iterator[Change]:
    """All that a call is to be given: what it has is replaced, what it has not is put behind the rest."""
    call, missing = wishes[0].call, []
    for wish in {wish.name: wish for wish in wishes}.values():
        given = argument(call, wish)
        if given is None:
            missing.append(f"{wish.name}={literal(wish.value)}")
        elif not same(given, wish.value):
            yield of_expression(script, given, literal(wish.value))
    if missing:
        yield addition(script, call, ", ".join(missing))


def argument(call: ast.Call, wish: Keyword) -> ast.expr | None:
    """What the call is given already for it; raises Unclear where that is not to be seen."""
    for keyword in call.keywords:
        if keyword.arg == wish.name:
            return keyword.value
    if any(keyword.arg is None for keyword in call.keywords):
        raise Unclear("what the call is given is made elsewhere: **")
    if wish.name in wish.positions:
        if any(isinstance(each, ast.Starred) for each in call.args):
            raise Unclear("what the call is given is made elsewhere: *")
        at = wish.positions.index(wish.name)
        return call.args[at] if at < len(call.args) else None
    return None


def same(node: ast.expr, value: object) -> bool:
    """Whether it is that value already."""
    return isinstance(node, ast.Constant) and node.value == value and type(node.value) is type(value)


def literal(value: object) -> str:
    """A value in Python; texts in the quotes that most people use."""
    return f'"{value}"' if isinstance(value, str) and value.isprintable() and not set(value) & {'"', "\\"} else repr(value)


def addition(script: Script, call: ast.Call, words: str) -> Change:
    """Where arguments are put in: behind the last, in a line of their own where that one is. Raises Unclear."""
    bracket = script.end(call) - 1
    given: list[Node] = [*call.args, *call.keywords]
    last = max(given, key=script.end, default=None)
    if last is None:
        opened = closed(script, script.end(call.func), "()", bracket)
        return opened, opened, words
    if script.end(last) > bracket:
        raise Unclear("its only argument needs brackets first")
    end = closed(script, script.end(last), "),", bracket)
    rest = script.text[end : script.line_end(end)].strip()
    lined = script.line_end(end) < bracket  # the bracket that ends the call is in a line below
    if script.text[end - 1] == "," and lined and (not rest or rest.startswith("#")):
        at = script.line_end(end)
        return at, at, f"{script.newline}{script.indentation(end)}{words},"
    if script.text[end - 1] == ",":
        return end, end, f" {words},"
    if lined and not rest and script.begins_line(script.start(last)):
        return end, end, f",{script.newline}{script.indentation(script.start(last))}{words}"
    return end, end, f", {words}"


def closed(script: Script, at: int, signs: str, bracket: int) -> int:
    """Where the last of some signs ends that follow a place, before the bracket that ends the call."""
    end = at
    while (at := script.silent_end(at)) < bracket and script.text[at] in signs:
        at = end = at + 1
    return end
