"""Python as it is in files and notebooks: syntax trees, with the place of each line."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

COMMAND = re.compile(r"(\s*)(?:[\w, ]+=\s*[%!]|[%!?])")
TIMED = re.compile(r"(\s*)%(?:time|timeit|prun|memit)(?:\s+-\w+(?:\s+\d+)?)*\s+(?=\S)")  # before what is Python
HELP = re.compile(r"(\s*)[\w.]+\?{1,2}\s*$")
OF_PYTHON = ("%%time", "%%timeit", "%%capture", "%%prun", "%%memit")  # the rest of such a cell is Python
END_OF_LINE = re.compile(r"\r\n|\r|\n")  # for Python: other separators are within a line


@dataclass(frozen=True)
class Part:
    """A file, or a cell of a notebook with its number from 1: its tree, and its lines."""

    tree: ast.Module
    lines: tuple[str, ...]
    cell: int = 0


@dataclass(frozen=True)
class Source:
    """All of a file that can be read, and why the rest cannot: (cell, line, reason)."""

    parts: tuple[Part, ...] = ()
    unread: tuple[tuple[int, int | None, str], ...] = field(default=())


def source(name: str, text: str) -> Source:
    """A Python file, or a notebook by its name."""
    if not name.endswith(".ipynb"):
        return together([part(text.removeprefix("\ufeff"), 0)])
    try:
        cells = json.loads(text)["cells"]
        texts = {number: of_cell(cell) for number, cell in enumerate(cells, 1) if cell["cell_type"] == "code"}
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        return Source(unread=((0, None, f"it is no notebook: {str(error) or type(error).__name__}"),))
    return together([part(text, number) for number, text in texts.items()])


def together(parts: list[Part | tuple[int, int | None, str]]) -> Source:
    """What could be read, and what could not."""
    return Source(
        tuple(each for each in parts if isinstance(each, Part)), tuple(each for each in parts if isinstance(each, tuple))
    )


def part(text: str, cell: int) -> Part | tuple[int, int | None, str]:
    """The tree of a text; where that is no Python, the reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that will be wrong one day
            return Part(ast.parse(text), tuple(END_OF_LINE.split(text)), cell)
    except SyntaxError as error:
        return cell, error.lineno, f"it is no Python: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return cell, None, f"it cannot be read: {str(error) or type(error).__name__}"


def of_cell(cell: dict[str, object]) -> str:
    """The Python of a code cell, line for line; what is for IPython alone becomes `pass`."""
    written = cell["source"]
    text = "".join(map(str, written)) if isinstance(written, list) else str(written)
    first = text.lstrip().split("\n", 1)[0].strip()
    if first.startswith("%%") and not first.startswith(OF_PYTHON):
        return ""
    return "".join(plain(text.splitlines(keepends=True)))


def plain(lines: Iterable[str]) -> Iterator[str]:
    """Lines as Python reads them. A command of IPython's goes on in the next line where it ends in \\."""
    going_on = False
    for given in lines:
        timed = TIMED.match(given)
        line = timed[1] + given[timed.end() :] if timed else given
        words = line.splitlines()[0]
        end = line[len(words) :]
        command = COMMAND.match(words)
        if going_on:
            yield end
        elif found := command or HELP.match(words):
            yield f"{found[1]}pass{end}"
        else:
            yield line
        going_on = (going_on or command is not None) and line.endswith("\\\n")
