"""The text of a TOML array of strings: one string added, replaced or removed, and all else as it was written.

TOML libraries keep comments too, but not every trailing comma and indentation. `raw` is the text from [ to ].
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import tomlkit

TOKEN = re.compile(
    r'(?P<value>"""(?:\\.|[^\\])*?"{3,5}|'
    + r"'''.*?'{3,5}|"
    + r'"(?:\\.|[^"\\])*"|'
    + r"'[^']*')|(?P<comment>#[^\r\n]*)|(?P<comma>,)",
    re.DOTALL,
)
BEFORE = re.compile(r"(\r?\n)?[ \t]*\Z")
COMMA = re.compile(r"(?:[ \t]*,)?")
TO_LINE_END = re.compile(r"[ \t]*,?[ \t]*(?:#[^\r\n]*)?(?=\r?\n)")
SPACE = re.compile(r"\s*")
BLANKS = re.compile(r"[ \t]*")


@dataclass(frozen=True)
class Row:
    """Where one string begins and ends, and where the comma behind it is."""

    start: int
    end: int
    comma: int | None = None

    @property
    def behind(self) -> int:
        """Where what follows it and its comma begins."""
        return self.end if self.comma is None else self.comma + 1


def rows(raw: str) -> list[Row]:
    """The strings of an array."""
    found: list[Row] = []
    for token in TOKEN.finditer(raw):
        if token.lastgroup == "value":
            found.append(Row(*token.span()))
        elif token.lastgroup == "comma":
            found[-1] = Row(found[-1].start, found[-1].end, token.start())
    return found


def added(raw: str, text: str, indent: str) -> str:
    """With one more at the end, in the form of the last; `indent` is for an array that has no line of its own yet."""
    present = rows(raw)
    if not present and "\n" not in raw:
        space = raw[1:-1]
        return f"[{space}{quoted(text, '')}{space}]"
    last = present[-1] if present else Row(1, 1, 0)  # as if a comma stood where the [ is
    written = quoted(text, raw[last.start])
    behind = last.behind
    gap = gap_before(raw, last.start) if present else ""
    if len(present) < 2 and "\n" not in gap:
        gap = " "
    comments = [token for token in TOKEN.finditer(raw, behind) if token.lastgroup == "comment"]
    if comments:
        behind = comments[-1].end()
        gap = gap if "\n" in gap else gap_before(raw, comments[-1].start())
    if (comments or not present) and "\n" not in gap:
        gap = newline(raw) + indent
    if last.comma is None:  # then the new last has none either
        return f"{raw[: last.end]},{raw[last.end : behind]}{gap}{written}{raw[behind:]}"
    return f"{raw[:behind]}{gap}{written},{raw[behind:]}"


def replaced(raw: str, index: int, text: str) -> str:
    """With another string in one place."""
    row = rows(raw)[index]
    return raw[: row.start] + quoted(text, raw[row.start]) + raw[row.end :]


def removed(raw: str, index: int) -> str:
    """Without one: its line with the comment behind it where it has a line of its own."""
    present = rows(raw)
    row = present[index]
    cuts = [extent(raw, present, index)]
    commas = [row.comma]
    if index and row.comma is None:
        commas.append(present[index - 1].comma)
    cuts += [(comma, comma + 1) for comma in commas if comma is not None and not cuts[0][0] <= comma < cuts[0][1]]
    for start, end in sorted(cuts, reverse=True):
        raw = raw[:start] + raw[end:]
    return raw


def extent(raw: str, present: Sequence[Row], index: int) -> tuple[int, int]:
    """From where to where one is to be cut out; a comma that lies elsewhere is left."""
    row = present[index]
    gap = gap_before(raw, row.start)
    begins_line, ends_line = "\n" in gap, TO_LINE_END.match(raw, row.end)
    if begins_line and ends_line:
        return row.start - len(gap), ends_line.end()
    end = end_of(COMMA, raw, row.end)
    if index and not begins_line:
        return row.start - len(gap), end
    if index and index == len(present) - 1 and "#" not in raw[present[index - 1].behind : row.start]:
        return row.start - len(gap), end
    return row.start, end_of(BLANKS if begins_line else SPACE, raw, end)


def end_of(pattern: re.Pattern[str], raw: str, start: int) -> int:
    """Where something that may be empty ends."""
    found = pattern.match(raw, start)
    return found.end() if found else start


def gap_before(raw: str, start: int) -> str:
    """The blanks before a place, with the line break that they follow."""
    found = BEFORE.search(raw, 0, start)
    return found.group() if found else ""


def newline(text: str) -> str:
    """How lines end."""
    return "\r\n" if "\r\n" in text else "\n"


def quoted(text: str, like: str) -> str:
    """A TOML string, in single quotes where its neighbour is or where it holds double ones."""
    if "'" not in text and (like == "'" or '"' in text):
        return f"'{text}'"
    return tomlkit.string(text).as_string()
