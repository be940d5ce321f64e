"""Whatever a script looks like: it is still Python, it differs in the one call alone, and that is given what was wanted."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.place import Place
from torch_starter.core.tuning import Loader, Told
from torch_starter.tuning.patch import edits
from unit.tuning.scripts import member

FILE = Path("/project/train.py")
VALUES = st.sampled_from(
    (
        *("0", "None", "-1.5", "(1)", "((2), 3)", "[1, 2]", "{'a': [1]}", "'ä€😀'", '"#("', "'''a\nb)'''", "b','", "r'\\n'"),
        *("lambda x, y=(1): x", "f'{1:>{2}},)'", "[x for x in (1, 2)]", "dict(a=1)", "max(\n1,\n2)", "x if True else 0"),
        *("*[7, 8]", "x[0:1]"),
    )
)
NAMED = st.lists(st.tuples(st.sampled_from("abc"), VALUES.filter(lambda value: value[0] != "*")), unique_by=lambda each: each[0])
GAP = st.sampled_from(("", " ", "\n  "))
SPACE = st.sampled_from(("", " ", "\n", "  # a, comment)\n", "\n\n    ", " \\\n", "\t"))
AROUND = st.sampled_from(
    ("if True:\n    {}", "for _ in [0]:\n\t{}", "def f():\n  {}\nf()", "try:\n {}\nfinally: pass", "é = 1; {}", "{}; y = 2", "{}")
)
BEFORE = st.sampled_from(("", "x = [1]\n", '"""Ä\n"""\nx = ["("]\n'))


@st.composite
def calls(draw: st.DrawFn) -> str:
    """A call in any layout: with stars, texts and brackets in it, with comments and lines between its words."""
    words = [*draw(st.lists(VALUES, max_size=4)), *(f"{name}{draw(GAP)}={value}" for name, value in draw(NAMED))]
    words += draw(st.sampled_from(([], ["wanted=3"])))
    text = ",".join(f"{draw(SPACE)}{word}{draw(SPACE)}" for word in words)
    end = draw(st.sampled_from(("", ","))) + draw(SPACE) if words else ""
    return f"DataLoader{draw(st.sampled_from(('', ' ')))}({text}{end})"


@st.composite
def scripts(draw: st.DrawFn) -> tuple[str, int]:
    """A script with one such call somewhere in it, and the line in which that begins."""
    around = draw(AROUND)
    text = f"x = [0]\n{draw(BEFORE)}{around.format(f'data = keep({draw(calls())}, 1)')}"
    text += draw(st.sampled_from(("", "\n", "  # the end\nz = 3\n")))
    line = next(node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and is_loader(node))
    ends = draw(st.sampled_from(("\n", "\r\n")))
    return text.replace("\n", ends), line


def is_loader(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DataLoader"


def after(text: str, patch: str) -> str:
    """The text with a patch of one part, which leaves no line out."""
    lines, old = patch.split("\n")[2:], text.split("\n")
    start = int(lines[0].split()[1].removeprefix("-").split(",")[0]) - 1
    part = [line for line in lines[1:] if line]
    assert old[start : start + sum(line[0] in " -" for line in part)] == [line[1:] for line in part if line[0] in " -"]
    new = [line[1:] for line in part if line[0] in " +"]
    return "\n".join([*old[:start], *new, *old[start + sum(line[0] in " -" for line in part) :]])


def ran(text: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What the call is given when the script runs."""
    seen: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def loader(*words: Any, **named: Any) -> None:
        seen.append((words, named))

    exec(compile(text, "train.py", "exec"), {"DataLoader": loader, "keep": lambda *words: words})
    (found,) = seen
    return found


def but_for_the_call(text: str) -> str:
    """The tree of a script with nothing given to the call."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_loader(node):
            node.args, node.keywords = [], []
    return ast.dump(tree)


def told_of(words: tuple[Any, ...]) -> list[str]:
    """Values as they are compared: a function is never the same again."""
    return [repr(word) if not callable(word) else "a function" for word in words]


@given(scripts(), st.sampled_from([2, True, None, "file"]))
def test_any_call_is_given_what_is_wanted_and_nothing_else_changes(script: tuple[str, int], value: object) -> None:
    text, line = script
    told = Told(kind="training", loaders=[Loader(place=Place(str(FILE), line))])
    (edit,) = edits(member({"loader": {"wanted": value}}), told, lambda path: text, FILE.parent)
    assert edit.patch, edit.text
    now = after(text, edit.patch.replace("\n\\ No newline at end of file", ""))
    assert now.count("\n") == now.count("\r\n") or "\r" not in text
    assert but_for_the_call(now) == but_for_the_call(text)
    (words, named), (had, names) = ran(now), ran(text)
    assert told_of(words) == told_of(had)
    assert {name: told_of((each,)) for name, each in named.items()} == {
        **{name: told_of((each,)) for name, each in names.items()},
        "wanted": told_of((value,)),
    }
    comments = [part.partition("#")[2] for part in (text, now)]
    assert comments[0].count("comment") == comments[1].count("comment")
