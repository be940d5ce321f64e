"""A Dockerfile cut into instructions: continued lines, comments inside them, heredocs. Joined, the parts are the text again."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch_starter.parsers.words import unquoted, words

DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.*?)\s*")
HEREDOC = re.compile(r"\d*<<(-?)([^<]+)")
OPENING = re.compile(r"\d*<<-?")
WITH_HEREDOCS = ("RUN", "COPY", "ADD")


@dataclass(frozen=True)
class Heredoc:
    """The lines between `<<name` and `name`; `line` is the number of the first."""

    name: str
    text: str
    line: int


@dataclass(frozen=True)
class Part:
    """A piece of the text: an instruction with all its lines, or a line between two (whose keyword is empty).

    `text` is what stands behind the keyword, continued lines joined; `starts` where in it each line begins, as (offset, line).
    `open`: the name of a heredoc that never ends.
    """

    raw: str
    line: int
    keyword: str = ""
    text: str = ""
    starts: tuple[tuple[int, int], ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    open: str = ""

    def line_at(self, offset: int) -> int:
        """The line of the file on which an offset of `text` stands."""
        at = bisect.bisect_right(self.starts, offset, key=lambda start: start[0]) - 1
        return self.starts[max(at, 0)][1] if self.starts else self.line


class Lines:
    """The lines of a text, and where those are that can end a heredoc."""

    def __init__(self, text: str) -> None:
        self.raw: list[str] = re.findall(r"[^\n]*\n|[^\n]+", text)
        self._at: dict[str, list[int]] = {}
        for index, line in enumerate(self.raw):
            self._at.setdefault(body(line).lstrip("\t"), []).append(index)

    def ending(self, at: int, name: str, tabs: bool) -> int | None:
        """The index of the line that ends a heredoc; before it tabs may stand where it began with <<-."""
        same = self._at.get(name, [])
        later = same[bisect.bisect_left(same, at) :]
        return next((index for index in later if tabs or body(self.raw[index]) == name), None)

    def directives(self) -> dict[str, str]:
        """The parser directives on top, such as escape, by their names in small letters."""
        found: dict[str, str] = {}
        for line in self.raw:
            directive = DIRECTIVE.fullmatch(body(line).strip())
            if directive is None or directive[1].lower() in found:
                break
            found[directive[1].lower()] = directive[2]
        return found


def body(line: str) -> str:
    """A line without its end."""
    return line.removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")


def is_between(line: str) -> bool:
    """Whether a line is empty or a comment."""
    text = body(line).strip()
    return not text or text.startswith("#")


def parts(text: str) -> tuple[list[Part], str]:
    """The parts of a text, and its sign for escaping."""
    lines = Lines(text)
    escape = "`" if lines.directives().get("escape") == "`" else "\\"
    return list(cut(lines, escape)), escape


def cut(lines: Lines, escape: str) -> Iterator[Part]:
    """The parts of some lines."""
    at = 0
    while at < len(lines.raw):
        if is_between(lines.raw[at]):
            yield Part(lines.raw[at], at + 1)
            at += 1
            continue
        pieces, end = continued(lines.raw, at, escape)
        part = instruction(pieces)
        heredocs, end, unended = heredocs_of(part, lines, end, escape)
        yield Part("".join(lines.raw[at:end]), at + 1, part.keyword, part.text, part.starts, heredocs, unended)
        at = end


def continued(lines: list[str], at: int, escape: str) -> tuple[list[tuple[str, int]], int]:
    """The lines of an instruction that begins at one of them, as (text, line number), and the index behind them.

    One that ends in the sign for escaping goes on; comments and empty lines inside are left out.
    """
    pieces: list[tuple[str, int]] = []
    sign = re.escape(escape)
    ending = re.compile(rf"(?:(?<=[^{sign}])|^){sign}[ \t]*$")
    while at < len(lines):
        text = body(lines[at])
        at += 1
        if pieces and is_between(text):
            continue
        found = ending.search(text)
        pieces.append((text[: found.start()] if found else text, at))
        if found is None:
            break
    return pieces, at


def instruction(pieces: list[tuple[str, int]]) -> Part:
    """The keyword, and the joined text behind it with its lines."""
    joined = "".join(text for text, _ in pieces)
    offsets = itertools.accumulate((len(text) for text, _ in pieces), initial=0)
    found = re.match(r"\s*(\S+)\s*", joined)
    keyword, begin = (found[1], found.end()) if found else ("", 0)
    starts = tuple((max(offset - begin, 0), line) for offset, (_, line) in zip(offsets, pieces, strict=False))
    return Part("", pieces[0][1], keyword.upper(), joined[begin:], starts)


def heredocs_of(part: Part, lines: Lines, at: int, escape: str) -> tuple[tuple[Heredoc, ...], int, str]:
    """The heredocs that an instruction begins, the index behind them, and the name of one that never ends."""
    found: list[Heredoc] = []
    if "<<" not in part.text or not may_have_heredocs(part):
        return (), at, ""
    for word, apart in glued([word.raw for word in words(part.text, escape)]):
        opened = HEREDOC.fullmatch(word)
        if opened is None:
            continue
        name = unquoted(opened[2], escape)
        end = lines.ending(at, name, tabs=bool(opened[1]))
        if end is not None:
            found.append(Heredoc(name, "".join(lines.raw[at:end]), at + 1))
            at = end + 1
        elif not apart:  # else it is a shift in a computation
            return tuple(found), at, name
    return tuple(found), at, ""


def may_have_heredocs(part: Part) -> bool:
    """Whether an instruction, or the one that ONBUILD holds, can have them."""
    return part.keyword in WITH_HEREDOCS or (part.keyword == "ONBUILD" and part.text[:4].upper().strip() in WITH_HEREDOCS)


def glued(given: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Words, of which << and the name behind it are one; and whether they were apart."""
    waiting = ""
    for word in given:
        if not waiting and OPENING.fullmatch(word):
            waiting = word
        else:
            yield waiting + word, bool(waiting)
            waiting = ""
    if waiting:
        yield waiting, False
