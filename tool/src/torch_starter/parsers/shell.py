"""The simple commands of a shell's text. What is quoted inside them stays one word; what is computed is not looked into."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from torch_starter.core.commands import Command
from torch_starter.core.report import Place
from torch_starter.parsers.words import unquoted

TOKEN = re.compile(
    r"""(?P<word>(?!\#)(?:\\.|'[^']*'?|"(?:\\.|[^"\\])*"?|\$\{[^}\n]*\}?|[<>]&|&>|[^\s;|&()`'"\\<>]|[<>]|\\)+)"""
    r"|(?P<between>&&|\|\||;;|\|&|[;|&\n()`])|(?P<comment>\#[^\n]*)",
    re.DOTALL,
)
CONTINUED = re.compile(r"(\\\n)+")  # no word, unlike one that is empty
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
BEFORE = frozenset(  # words that stand before a command
    (
        *("if", "then", "elif", "else", "while", "until", "do", "!", "{", "}"),
        *("time", "exec", "command", "nohup", "sudo", "env", "eval", "gosu", "export"),
    )
)
SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
DEEPEST = 3  # shells that are started by shells


def commands(text: str, place: Callable[[int], Place], depth: int = 0) -> Iterator[Command]:
    """The commands of a text in their order; `place` says where an offset of it stands."""
    waiting: list[re.Match[str]] = []
    for found in [*TOKEN.finditer(text), None]:
        if found is not None and found["word"]:
            if CONTINUED.fullmatch(found["word"]):
                continue
            waiting.append(found)
        elif (found is None or found["between"]) and waiting:
            piped = found is not None and found["between"] in ("|", "|&")
            yield from simple([unquoted(word[0]) for word in waiting], place(waiting[0].start()), piped, depth)
            waiting = []


def simple(words: list[str], place: Place, piped: bool = False, depth: int = 0) -> Iterator[Command]:
    """One command, without what stands before it; and what is in the words that it gives to a shell."""
    variables: dict[str, str] = {}
    words = words[next((number for number, word in enumerate(words) if word), len(words)) :]
    while words and (words[0] in BEFORE or ASSIGNMENT.fullmatch(words[0])):
        word = words.pop(0)
        if word not in BEFORE:
            name, _, variables[name] = word.partition("=")
        while word in ("sudo", "env") and words and words[0].startswith("-"):
            words.pop(0)
    if words or variables:
        yield Command(tuple(words), place, piped, variables)
    text = given_to_shell(words)
    if text and depth < DEEPEST:
        yield from (replace(each, place=place) for each in commands(text, lambda offset: place, depth + 1))


def given_to_shell(words: list[str]) -> str:
    """The text of `sh -c TEXT`."""
    if not words or posixpath.basename(words[0]) not in SHELLS:
        return ""
    flags = (number for number, word in enumerate(words) if re.fullmatch(r"-[a-z]*c", word))
    at = next(flags, len(words))
    return words[at + 1] if at + 1 < len(words) else ""
