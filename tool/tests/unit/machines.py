"""Machines that the unit tests share."""

from __future__ import annotations

import os

from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.core.processes import LocalProcesses
from torch_starter.testing import NoProcesses


def local() -> Machine:
    """This machine."""
    return Machine(LocalProcesses(), LocalFiles(), dict(os.environ))


def local_files(variables: dict[str, str] | None = None) -> Machine:
    """This machine's files, and no processes."""
    return Machine(NoProcesses(), LocalFiles(), variables or {})
