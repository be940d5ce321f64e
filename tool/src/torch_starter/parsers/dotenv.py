"""Files of variables, as compose reads them: NAME=value lines, quotes, comments."""

from __future__ import annotations

import re

from torch_starter.core.container_files import EnvFile, Variable
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.report import Place

LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*(?:[=:][ \t]*(.*))?", re.DOTALL)
QUOTED = re.compile(r"'([^']*)'|\"((?:\\.|[^\"\\])*)\"", re.DOTALL)


def read(path: str, text: str, mode: str = "", debug: bool = False) -> EnvFile:
    """The variables of a file. A quoted value may go over several lines."""
    found: list[Variable] = []
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        line, first = lines[at], at + 1
        at += 1
        given = LINE.fullmatch(line)
        if given is None or line.lstrip().startswith("#"):
            continue
        written = given[2]
        end = ending(lines, at, written or "")
        if written is not None and end > at:
            written, at = "\n".join([written, *lines[at:end]]), end
        value = None if written is None else unquoted(written)
        known = value if value is not None and is_known(value) else None
        found.append(Variable(given[1], value, known, Place(path, first), "env file", debug))
    return EnvFile(path, tuple(found), mode)


def ending(lines: list[str], at: int, written: str) -> int:
    """The index behind the line on which a value ends that begins with a quote; `at` where it ends on its own, or never."""
    quote = written[:1]
    if quote not in ("'", '"') or quote in written[1:]:
        return at
    return next((index + 1 for index in range(at, len(lines)) if quote in lines[index]), at)


def unquoted(written: str) -> str:
    """A value without quotes and comment, and with the defaults in it put in unless it is in single ones."""
    quoted = QUOTED.match(written)
    if quoted is None:
        return resolved(re.split(r"(?:^|\s)#", written, maxsplit=1)[0].strip())
    return quoted[1] if quoted[1] is not None else resolved(quoted[2])
