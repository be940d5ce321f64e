"""What should not have happened: a mistake of ours, written down where it can be reported from."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from pathlib import Path

from torch_starter import __version__
from torch_starter.core.problems import Problem
from torch_starter.core.veil import here

LINES = 12  # of a traceback, that a message holds where no log can


def our_own_bug(error: Exception, folder: Path | None = None) -> Problem:
    """Write a log of it, without the secrets that are known here, and say where that is: in `folder`, else that of the system."""
    told = here().text(printable("".join(traceback.format_exception(error))))
    what = f"a mistake of torch-starter itself: {type(error).__name__}: {printable(str(error))}"
    head = f"torch-starter {__version__}, Python {platform.python_version()}, {platform.platform()}"
    try:
        return Problem("bug", what, f"report it with {logged(f'{head}\n\n{told}', folder)}")
    except OSError as refused:
        last = "\n".join([head, *told.splitlines()[-LINES:]])
        why = f"no log of it can be written ({refused.strerror})"
        return Problem("bug", f"{what}\n{why}, so here is the end of it:\n{last}", "report it with these lines")


def printable(text: str) -> str:
    """With what is no text, such as the bytes of a file's name, written as escapes."""
    return text.encode(errors="backslashreplace").decode()


def logged(text: str, folder: Path | None) -> str:
    """The name of a new file with a text; raises OSError, and leaves none, where it cannot be written whole."""
    number, name = tempfile.mkstemp(prefix="torch-starter-", suffix=".log", dir=folder)
    try:
        with open(number, "w", encoding="utf-8") as log:
            log.write(text)
    except OSError:
        os.unlink(name)
        raise
    return name
