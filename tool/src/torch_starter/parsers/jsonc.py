"""JSON with comments, as devcontainer.json is: made into JSON, with the same lines, that is YAML too."""

from __future__ import annotations

import re

TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"?|//[^\n]*|/\*.*?(?:\*/|\Z)|\t', re.DOTALL)
NAME = re.compile(r'("(?:\\.|[^"\\\n])*")(\s+):')
PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)
HALF = re.compile(r"((?<!\\)(?:\\\\)*)\\ud[89a-f][0-9a-f]{2}", re.IGNORECASE)


def without_comments(text: str) -> str:
    """The text with blanks where comments and tabs are. Of what YAML reads otherwise the colon of a name is put behind it."""
    blank = TOKEN.sub(lambda found: text_of(found[0]), text.removeprefix("\ufeff"))
    return NAME.sub(r"\1:\2", blank)


def text_of(token: str) -> str:
    """A quoted text as YAML has it; blanks for all else."""
    if not token.startswith('"'):
        return re.sub(r"[^\n]", " ", token)
    if "\\u" not in token:
        return token
    whole = PAIR.sub(lambda found: f"\\U{code(found[1], found[2]):08x}", token)
    return HALF.sub(r"\1\\ufffd", whole)


def code(high: str, low: str) -> int:
    """The sign that JSON writes as two halves."""
    return 0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00)
