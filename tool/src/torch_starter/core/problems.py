"""What stops a command: each kind of problem with its exit code. A failed check is not a problem, it is data."""

from __future__ import annotations


class Problem(Exception):
    """Something stops us.

    `code` is a stable word for scripts, `message` says what happened and why, `remedy` is the command or the
    sentence that mends it.
    """

    exit_code = 70

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


class WrongUsage(Problem):
    """The command line asks for something that does not exist or does not fit."""

    exit_code = 2


class WrongSpec(Problem):
    """`torch-starter.toml`, `pyproject.toml` or a lock does not say what it should."""

    exit_code = 2


class CouldNotLook(Problem):
    """What should be judged cannot be seen."""

    exit_code = 3


class Missing(Problem):
    """A tool that is needed is missing or unsupported."""

    exit_code = 4


class CommandFailed(Problem):
    """A command that we ran failed."""

    exit_code = 5


class Interrupted(Problem):
    """The user stopped us."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("interrupted", "stopped on request; what was current before is current still")
