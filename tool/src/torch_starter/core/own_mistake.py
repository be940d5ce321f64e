"""What should not have happened: a mistake of ours, written down where it can be reported from."""

from __future__ import annotations

import platform
import tempfile
import traceback

from torch_starter import __version__
from torch_starter.core.problems import Problem
from torch_starter.core.veil import here


def our_own_bug(error: Exception) -> Problem:
    """Write a log of it, without the secrets that are known here, and say where that is."""
    told = here().text("".join(traceback.format_exception(error)))
    with tempfile.NamedTemporaryFile("w", prefix="torch-starter-", suffix=".log", delete=False) as log:
        log.write(f"torch-starter {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n")
        log.write(told)
    return Problem("bug", f"a mistake of torch-starter itself: {type(error).__name__}: {error}", f"report it with {log.name}")
