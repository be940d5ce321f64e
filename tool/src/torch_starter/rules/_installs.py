"""Commands that install packages."""

from __future__ import annotations

import re

from torch_starter.core.commands import Command

PIP = re.compile(r"pip[\d.]*")
PYTHON = re.compile(r"python[\d.]*")
WITH_VALUE = frozenset(("-i", "--index-url", "--extra-index-url", "--index", "-f", "--find-links", "-c", "--constraint", "-r"))
APT = ("apt-get", "apt")


def pip_words(command: Command) -> tuple[str, ...] | None:
    """What stands behind `pip install`, or `python -m pip install`; None for other commands."""
    words = command.words
    if PYTHON.fullmatch(command.program) and words[1:3] == ("-m", "pip"):
        words = words[2:]
    elif not PIP.fullmatch(command.program):
        return None
    return words[words.index("install") + 1 :] if "install" in words[:4] else None


def uv_words(command: Command) -> tuple[str, ...] | None:
    """What stands behind `uv sync`, `uv add` or `uv pip install`; None for other commands."""
    words = tuple(word for word in command.words if not word.startswith("-"))
    if command.program != "uv":
        return None
    if words[1:3] in (("pip", "install"), ("pip", "sync")):
        return command.words[command.words.index(words[2]) + 1 :]
    if words[1:2] in (("sync",), ("add",)):
        return command.words[command.words.index(words[1]) + 1 :]
    return None


def installs_python(command: Command) -> bool:
    """Whether it installs packages of Python."""
    others = command.program in ("conda", "mamba", "micromamba", "poetry", "pdm", "pixi", "pipenv")
    more = others and bool({"install", "create", "sync", "update"} & set(command.words[1:4]))
    return more or pip_words(command) is not None or uv_words(command) is not None


def is_own_only(command: Command) -> bool:
    """Whether it installs nothing but the project itself: `pip install --no-deps -e .`."""
    words = pip_words(command) or uv_words(command) or ()
    return "--no-deps" in words and any(word.split("[")[0] in (".", "./") for word in words)


def installs_torch(command: Command) -> bool:
    """Whether torch is named in it."""
    words = pip_words(command) or uv_words(command) or ()
    return any(re.fullmatch(r"torch([=<>!~\[+;].*)?", word) for word in words)


def apt_words(command: Command) -> str:
    """`install` or `update`, where that is what apt is asked for; empty for other commands."""
    words = [word for word in command.words[1:] if not word.startswith("-")]
    found = words[0] if command.program in APT and words else ""
    return found if found in ("install", "update") else ""


def is_on(value: str | None) -> bool:
    """Whether a switch such as UV_COMPILE_BYTECODE is on."""
    return (value or "").lower() not in ("", "0", "false", "no", "off", "f", "n")
