"""Variables in the values of container files: what stands there when the one who starts them has set none of his own."""

from __future__ import annotations

import re
from collections.abc import Mapping

LONGEST = 10_000  # characters of a value that is looked into
DEEPEST = 20  # defaults within defaults
START = re.compile(r"\$(?:\$|\{|([A-Za-z_]\w*))")
NAME = re.compile(r"[A-Za-z_]\w*")
OUTER = ("localEnv", "env")  # a dev container's words for the variables of the machine: ${localEnv:NAME:default}
OPEN = re.compile(r"\$(?:\{|[A-Za-z_])")


def resolved(text: str, known: Mapping[str, str] | None = None, depth: int = 0) -> str:
    """A value with what is known and the defaults in it put in: `${A:-b}` is b. What has no value stays, as `${A}`."""
    if "$" not in text or len(text) > LONGEST or depth > DEEPEST:
        return text
    done, at = "", 0
    while found := START.search(text, at):
        done += text[at : found.start()]
        at = found.end()
        if found[0] == "${":
            end = closing(text, at)
            done += of_braces(text[at:end], known or {}, depth)
            at = end + 1
        elif found[0] == "$$":
            done += "$"
        else:
            done += (known or {}).get(found[1], f"${{{found[1]}}}")
    return done + text[at:]


def closing(text: str, start: int) -> int:
    """Where the bracket ends that was opened before `start`; the end of the text where it never does."""
    depth = 1
    for found in re.compile(r"\$\{|\}").finditer(text, start):
        depth += 1 if found[0] == "${" else -1
        if depth == 0:
            return found.start()
    return len(text)


def of_braces(inner: str, known: Mapping[str, str], depth: int) -> str:
    """What stands for `${inner}`."""
    found = NAME.match(inner)
    name, rest = (found[0], inner[found.end() :]) if found else ("", "")
    if name in OUTER and rest.startswith(":"):
        _, outer, *default = rest.split(":", 2)
        return resolved(default[0], known, depth + 1) if default else f"${{{name}:{outer}}}"
    value = known.get(name)
    kind = re.match(r":?[-?+]", rest)
    if kind is None:
        return value if value is not None and not rest else f"${{{inner}}}"
    word = rest[kind.end() :]
    given = bool(value) if kind[0][0] == ":" else value is not None
    if kind[0][-1] == "+":
        return resolved(word, known, depth + 1) if given else ""
    if given:
        return str(value)
    return resolved(word, known, depth + 1) if kind[0][-1] == "-" else f"${{{name}}}"


def is_known(text: str) -> bool:
    """Whether no variable is left in a resolved value."""
    return OPEN.search(text) is None
