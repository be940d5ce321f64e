"""What a command runs: its script or module, behind an interpreter and the launchers that start it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

PYTHON = re.compile(r"python(\d+(\.\d+)?)?")
LAUNCHERS = ("torchrun", "accelerate", "deepspeed")
LAUNCHING = ("torch.distributed.run", "torch.distributed.launch", "accelerate.commands.launch")  # as modules
TAKES_A_WORD = ("-W", "-X", "-c", "-m", "--check-hash-based-pycs")  # options of Python that do


def script(argv: Sequence[str], folder: Path) -> str:
    """The script that a command runs, by its real path, or its module as "-m NAME"; else the name of its program.

    Arguments of it are no part of that: what is proven for a script is proven for its loop. Of a program that runs others, such
    as a shell, it is the first file among its words, or with -c its code.
    """
    words = list(argv)
    program = os.path.basename(words[0])
    if PYTHON.fullmatch(program):
        return of_python(words[1:], folder) or program
    if program in LAUNCHERS:
        return launched(words[1:], folder) or program
    own = [words[0]] if words[0].endswith(".py") else []
    for word in [*own, *words[1:]]:
        if word == "-c":
            return f"{program} {code(words[1:])}"
        if (folder / word).is_file():
            return os.path.realpath(folder / word)
    return program


def code(words: Sequence[str]) -> str:
    """What stands for code on a command line, which may be long, or hold what is nobody's business."""
    return f"-c {hashlib.sha256(' '.join(words).encode()).hexdigest()[:12]}"


def of_python(words: Sequence[str], folder: Path) -> str:
    """What follows an interpreter."""
    rest = iter(words)
    for word in rest:
        if word == "-m":
            module = next(rest, "")
            return launched(list(rest), folder) or f"-m {module}" if module in LAUNCHING else f"-m {module}"
        if word == "-c":
            return code([next(rest, "")])
        if word in TAKES_A_WORD:
            next(rest, None)
        elif not word.startswith("-"):
            return os.path.realpath(folder / word)
    return ""


def launched(words: Sequence[str], folder: Path) -> str:
    """What a launcher starts: the first script there is among its words, or the module behind -m or --module."""
    for word, following in pairs(words):
        if word in ("-m", "--module") and following:
            return f"-m {following}"
        if word.endswith(".py") and (folder / word).is_file():
            return os.path.realpath(folder / word)
    return ""


def pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each word with the one behind it."""
    return zip(words, [*words[1:], ""], strict=True)
