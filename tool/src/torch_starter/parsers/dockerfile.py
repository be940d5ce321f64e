"""A Dockerfile: its stages, their variables, and the commands that they run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from torch_starter.core.commands import Command
from torch_starter.core.container_files import Dockerfile, Instruction, Stage, Unread, Variable
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.report import Place
from torch_starter.core.typos import nearest
from torch_starter.parsers.dockerfile_parts import HEREDOC, Heredoc, Part, glued, parts
from torch_starter.parsers.shell import SHELLS, commands, simple
from torch_starter.parsers.words import unquoted, words

MOST = 1_000  # instructions of a file that people write
LONG = 6  # letters of a word from which on two of them may be wrong
KEYWORDS = frozenset(
    (
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD"),
        *("RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    )
)


def read(path: str, text: str) -> tuple[Dockerfile, list[Unread]]:
    """A Dockerfile from its text, and what of it could not be read."""
    found, escape = parts(text)
    given = [part for part in found if part.keyword]
    reader = Reader(path, escape)
    for part in given[:MOST]:
        reader.take(part)
    reader.close()
    if given[MOST:]:
        reader.unread.append(
            Unread(Place(path, given[MOST].line), f"it has more than {MOST} instructions: the rest was not read")
        )
    if not reader.stages:
        reader.unread.append(Unread(Place(path, 1), "it has no FROM"))
    return Dockerfile(path, tuple(reader.stages), tuple(reader.arguments)), reader.unread


@dataclass
class Open:
    """A stage that is being read."""

    name: str
    image: str
    parent: int | None
    place: Place
    known: dict[str, str]
    instructions: list[Instruction] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)


class Reader:
    """Takes instructions one after the other."""

    def __init__(self, path: str, escape: str) -> None:
        self._path, self._escape = path, escape
        self._defaults: dict[str, str] = {}  # of arguments before the first stage, which a stage may declare again
        self._stage: Open | None = None
        self.stages: list[Stage] = []
        self.arguments: list[Variable] = []
        self.unread: list[Unread] = []

    def take(self, part: Part) -> None:
        """One instruction."""
        place = Place(self._path, part.line)
        if part.keyword not in KEYWORDS:
            self.unread.append(Unread(place, no_instruction(part.keyword)))
        elif part.open:
            self.unread.append(Unread(place, "its heredoc does not end"))
        if part.keyword == "FROM":
            self.begin(part, place)
        elif part.keyword in ("ARG", "ENV"):
            self.set(part)
        if self._stage is not None and part.keyword in KEYWORDS:
            self._stage.instructions.append(self.instruction(part, place))

    def begin(self, part: Part, place: Place) -> None:
        """A new stage: FROM image [AS name]."""
        self.close()
        given = [unquoted(word.raw, self._escape) for word in words(part.text, self._escape) if not word.raw.startswith("--")]
        base = resolved(given[0], self._defaults) if given else ""
        named = {stage.name.lower(): number for number, stage in enumerate(self.stages) if stage.name}
        name = given[2] if len(given) > 2 and given[1].upper() == "AS" else ""
        parent = named.get(base.lower())
        known = dict(self.stages[parent].known) if parent is not None else {}
        self._stage = Open(name, base if parent is None and is_known(base) else "", parent, place, known)

    def close(self) -> None:
        """The end of a stage."""
        if self._stage is not None:
            open_ = self._stage
            instructions, variables = tuple(open_.instructions), tuple(open_.variables)
            self.stages.append(Stage(open_.name, open_.image, open_.parent, open_.place, instructions, variables, open_.known))
            self._stage = None

    def set(self, part: Part) -> None:
        """The variables of an ARG or ENV."""
        known = self._stage.known if self._stage else self._defaults
        before = dict(known)  # what one ENV sets is not known in it yet
        for name, written, offset in assignments(part, self._escape):
            default = self._defaults.get(name) if written is None and self._stage else written
            value = None if default is None else resolved(default, before)
            value = value if value is not None and is_known(value) else None
            if value is not None:
                known[name] = value
            else:
                known.pop(name, None)
            place = Place(self._path, part.line_at(offset))
            variable = Variable(name, written, value, place, "ARG" if part.keyword == "ARG" else "ENV")
            (self._stage.variables if self._stage else self.arguments).append(variable)

    def instruction(self, part: Part, place: Place) -> Instruction:
        """An instruction as rules read it."""
        flags, rest, shift = behind_flags(part.text, self._escape)
        listed = json_words(rest)
        given = listed if listed is not None else [unquoted(word.raw, self._escape) for word in words(rest, self._escape)]
        run, started = self.commands(part, listed, rest, shift)
        return Instruction(part.keyword, flags, tuple(given), place, run, started)

    def commands(self, part: Part, listed: list[str] | None, rest: str, shift: int) -> tuple[tuple[Command, ...], ...]:
        """What an instruction runs while the image is built, and what it starts in a container."""
        if part.keyword not in ("RUN", "CMD", "ENTRYPOINT"):
            return (), ()
        found = simple(listed, Place(self._path, part.line)) if listed is not None else self.run(part, rest, shift)
        return (tuple(found), ()) if part.keyword == "RUN" else ((), tuple(found))

    def run(self, part: Part, rest: str, shift: int) -> Iterator[Command]:
        """The commands of a RUN in a shell, and of the heredocs that a shell reads."""
        heredocs = list(part.heredocs)
        for command in commands(rest, lambda offset: Place(self._path, part.line_at(offset + shift))):
            given = [word for word, _ in glued(command.words)]
            own = [word for word in given if not (heredocs and HEREDOC.fullmatch(word))]
            if own or command.variables:
                yield command
            for _ in range(min(len(given) - len(own), len(heredocs))):
                yield from self.inner(own, heredocs.pop(0))

    def inner(self, own: list[str], heredoc: Heredoc) -> Iterator[Command]:
        """The commands of a heredoc, where a shell reads it: by itself, or as the command that it is given to."""
        shebang = re.match(r"#!\s*(?:/usr/bin/env\s+)?(\S+)", heredoc.text)
        program = own[0] if own else shebang[1] if shebang else "sh"
        if program.rpartition("/")[2] in SHELLS:
            yield from commands(heredoc.text, lines_from(self._path, heredoc.line, heredoc.text))


def no_instruction(word: str) -> str:
    """What is said of a line that begins with no keyword. A word that is more than letters may be a secret, and is not quoted."""
    if not re.fullmatch(r"[A-Z]{1,20}", word):
        return "it begins with no instruction of a Dockerfile"
    meant = nearest(word, KEYWORDS, 1 if len(word) < LONG else 2)
    return f"it begins with {word}, which is no instruction of a Dockerfile" + (f"; did you mean {meant}?" if meant else "")


def lines_from(path: str, first: int, text: str) -> Callable[[int], Place]:
    """Where an offset of a text stands that begins on a line."""
    return lambda offset: Place(path, first + text.count("\n", 0, offset))


def behind_flags(text: str, escape: str) -> tuple[tuple[str, ...], str, int]:
    """The flags of an instruction, the text behind them, and where that begins."""
    flags: list[str] = []
    for word in words(text, escape):
        if not word.raw.startswith("--") or "--" in flags:
            return tuple(flags), text[word.offset :], word.offset
        flags.append(unquoted(word.raw, escape))
    return tuple(flags), "", len(text)


def json_words(text: str) -> list[str] | None:
    """The words of the form in brackets; None where it is another."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and all(isinstance(word, str) for word in found) else None


def assignments(part: Part, escape: str) -> Iterator[tuple[str, str | None, int]]:
    """Name, value (None: an ARG without one) and offset of each variable of an ARG or ENV."""
    given = words(part.text, escape)
    if part.keyword == "ENV" and given and "=" not in given[0].raw:  # the old form: ENV NAME the rest
        rest = part.text[given[1].offset :] if len(given) > 1 else ""
        yield given[0].raw, unquoted(rest.rstrip(), escape), given[0].offset
        return
    for word in given:
        name, equals, value = word.raw.partition("=")
        if name:
            yield unquoted(name, escape), unquoted(value, escape) if equals else None, word.offset
