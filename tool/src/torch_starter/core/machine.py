"""The only seam between us and a computer: its processes and its files."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch_starter.core.files import Files, LocalFiles
from torch_starter.core.processes import LocalProcesses, Processes


@dataclass(frozen=True)
class Machine:
    """A computer, as far as we touch it. `recorded` holds facts that were gathered elsewhere and are replayed here."""

    processes: Processes
    files: Files
    variables: dict[str, str]
    recorded: dict[str, object] = field(default_factory=dict)


def local_machine() -> Machine:
    """This computer."""
    import os

    return Machine(LocalProcesses(), LocalFiles(), dict(os.environ))
